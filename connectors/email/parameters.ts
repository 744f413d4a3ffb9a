import { decodeText } from './charset.ts'
import { decodeWords } from './words.ts'

/** The first word of a field such as Content-Type in lower case, and its parameters, decoded. */
export type Parametered = { value: string, params: Map<string, string> }

const MOST = 100
const LENGTH = 20_000

/**
 * Reads a Content-Type or Content-Disposition (RFC 2045 section 5.1) with all that is done to its parameters: continued and in a charset
 * (RFC 2231), encoded words in quotes, bytes as they are, no quotes where there should be. Of two with the same name the first counts. Never throws.
 */
export function readParameters(text: string): Parametered {
  const source = text.slice(0, LENGTH)
  const [first = '', ...rest] = pieces(source)
  const params = new Map<string, string>()
  const continued = new Map<string, { text: string, encoded: boolean }[]>()
  for (const piece of rest.slice(0, MOST)) {
    const equals = piece.indexOf('=')
    if (equals < 1) continue
    const name = piece.slice(0, equals).trim().toLowerCase()
    const said = unquoted(piece.slice(equals + 1).trim())
    const part = /^([^*\s]{1,60})\*(?:(\d{1,3})(\*?))?$/.exec(name)
    if (!part) {
      if (!params.has(name)) params.set(name, decodeWords(said))
      continue
    }
    const index = part[2] === undefined ? 0 : Number(part[2])
    const list = continued.get(part[1]!) ?? []
    list[index] ??= { text: said, encoded: part[2] === undefined || part[3] === '*' }
    continued.set(part[1]!, list)
  }
  for (const [name, list] of continued) params.set(name, together(list))
  return { value: first.replace(/\([^()]*\)/g, '').trim().toLowerCase(), params }
}

/** RFC 2231 section 3 and 4: the first piece says the charset for all. */
function together(list: ({ text: string, encoded: boolean } | undefined)[]): string {
  let charset = ''
  const bytes: Buffer[] = []
  for (const [index, one] of list.entries()) {
    if (!one) continue
    let { text } = one
    const said = index === 0 && one.encoded ? /^([^']*)'[^']*'/.exec(text) : null
    if (said) {
      charset = said[1]!
      text = text.slice(said[0].length)
    }
    bytes.push(one.encoded ? Buffer.from(text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))), 'latin1') : Buffer.from(text, /[^\x00-\xff]/.test(text) ? 'utf8' : 'latin1'))
  }
  return decodeWords(decodeText(Buffer.concat(bytes), charset))
}

/** Split at semicolons outside of quotes. */
function pieces(text: string): string[] {
  const found: string[] = []
  let from = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '\\' && quoted) at++
    else if (char === '"') quoted = !quoted
    else if (char === ';' && !quoted) {
      found.push(text.slice(from, at))
      from = at + 1
    }
  }
  found.push(text.slice(from))
  return found
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text.replace(/\s*\([^()]*\)$/, '')
  const end = /^"((?:[^"\\]|\\.)*)"?/s.exec(text)
  return end![1]!.replace(/\\(.)/gs, '$1')
}
