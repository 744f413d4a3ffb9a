import { xml } from '@xmpp/client'
import type { Element } from '@xmpp/client'

const maxChars = 512 * 1024
export const maxDepth = 64
export const maxElements = 10_000

/**
 * Reads one element. Bounded in size, depth and number; there are no entities but XML's own five, and no declarations.
 * Throws an Error that says what is wrong.
 */
export function readXml(text: string): Element {
  if (text.length > maxChars) throw new Error('The stanza is too large.')
  if (/<[!?]/.test(text)) throw new Error('The stanza contains a declaration, which is not allowed.')
  const parser = new xml.Parser()
  let root: Element | null = null
  let failed: Error | null = null
  let ended = false
  bound(parser, (error) => { failed ??= error })
  parser.on('start', (element: Element) => { root = element })
  parser.on('element', (element: Element) => { root?.children.push(element) })
  parser.on('end', () => { ended = true })
  parser.on('error', (error: Error) => { failed ??= error })
  // In pieces, so that nothing grows long after it is known to be too deep.
  for (let at = 0; at < text.length && !failed && !ended; at += 4096) parser.write(text.slice(at, at + 4096))
  if (failed) throw failed
  if (!root || !ended) throw new Error('The stanza is not complete.')
  return root
}

/** Calls `exceeded` when what the parser reads is deeper or has more elements, between two calls of the returned function, than any honest stanza. */
export function bound(parser: InstanceType<typeof xml.Parser>, exceeded: (error: Error) => void): () => void {
  let depth = 0
  let count = 0
  parser.parser.on('startElement', () => {
    if (++depth > maxDepth || ++count > maxElements) exceeded(new Error('The stanza is nested too deeply or has too many parts.'))
  })
  parser.parser.on('endElement', () => { depth-- })
  return () => { count = 0 }
}

/** Text as XML can carry it (XML 1.0 section 2.2): without lone surrogates and control characters. */
export function writable(text: string): string {
  return text.toWellFormed().replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
}
