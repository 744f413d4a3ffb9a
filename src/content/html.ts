import { allowedElements, closedBy, droppedElements, endsSearch, keptAttributes, voidElements } from './html-elements.ts'
import { otherPlace, readLink, readRemote } from './html-link.ts'
import type { Link } from './html-link.ts'
import { foldsQuotes, quoteAt } from './html-quote.ts'
import { mailClass, safeSheet, safeStyle } from './html-style.ts'
import { readHtml } from './html-tokens.ts'

/**
 * The HTML of a mail, made of a few harmless elements only. Pictures have no `src`: `data-cid` names the part of the mail that one
 * is, `data-remote` where one lies outside. Links carry `data-host`, where they go, and `data-says` where their words name another
 * place. Quotes that are folded are `<details class="k-quote">`. `css` is a sheet for it, inside of which `url(part:…)` names a part.
 */
export type SafeHtml = { html: string, css: string, remote: number, cut: boolean }

/** Nesting beyond it is flattened: no mail needs it, and browsers slow down. */
const deepest = 120
const mostElements = 50_000
const longest = 4 * 1024 * 1024
const longestCss = 1024 * 1024

type Open = { name: string, end: string, link?: { at: number, link: Link, words: string }, quote?: boolean }

/**
 * Wall 1 of 4 (docs/html-mail.md). Reads what was written as a browser would, and writes anew what is allowed: nothing is passed on
 * unread. `parts`: the Content-IDs of the mail (without brackets) and the blobs that they are. Linear in the length of `html`, result
 * bounded; never throws over content.
 */
export function safeHtml(html: string, parts: ReadonlyMap<string, string>): SafeHtml {
  const out: string[] = []
  const stack: Open[] = []
  const quotes: number[] = []
  const pieces: ('text' | 'quote')[] = []
  const classes = new Map<string, string>()
  const styles = new Map<string, string>()
  const openNames = new Map<string, number>()
  const styled = /<style/i.test(html)
  let skipping: { name: string, depth: number } | null = null
  let sheet = ''
  let sheets = ''
  let elements = 0
  let length = 0
  let cssLength = 0
  let quoted = 0
  let remote = 0
  let cut = false

  const partOf = (contentId: string) => parts.get(contentId) ?? parts.get(unescaped(contentId)) ?? null
  const cssPart = (contentId: string) => { const part = partOf(contentId); return part && 'part:' + part }

  function write(text: string): boolean {
    if (length + text.length > longest) cut = true
    if (cut) return false
    length += text.length
    out.push(text)
    return true
  }

  /** The class that carries these declarations. */
  function classFor(style: string): string | null {
    let safe = styles.get(style)
    if (safe === undefined) styles.set(style, safe = safeStyle(style, cssPart))
    if (safe === '') return null
    const known = classes.get(safe)
    if (known !== undefined) return known
    if ((cssLength += safe.length + 12) > longestCss) return null
    const name = 'k' + classes.size
    classes.set(safe, name)
    return name
  }

  function classAttribute(attributes: Map<string, string>): string {
    const style = attributes.get('style')
    const own = style ? classFor(style) : null
    const theirs = styled ? (attributes.get('class') ?? '').split(/\s+/, 20).map(mailClass).filter((name) => name !== null) : []
    const all = own ? [...theirs, own] : theirs
    return all.length === 0 ? '' : ` class="${all.join(' ')}"`
  }

  function pop(): void {
    const { name, end, link, quote } = stack.pop()!
    openNames.set(name, openNames.get(name)! - 1)
    // An end is never left out, or what follows would lie inside.
    out.push(end)
    if (quote) quoted--
    if (link) {
      const other = otherPlace(link.words, link.link)
      if (other !== null) out[link.at] = out[link.at]!.replace(/>$/, ` data-says="${escaped(other)}">`)
    }
  }

  function push(one: Open): void {
    stack.push(one)
    openNames.set(one.name, (openNames.get(one.name) ?? 0) + 1)
  }

  /** Ends the nearest open one of these names; `all`: every one that the place belongs to. */
  function closeTo(names: readonly string[], all: boolean): void {
    if (!names.some((name) => openNames.get(name))) return
    for (let i = stack.length - 1; i >= 0; i--) {
      const { name } = stack[i]!
      if (names.includes(name)) {
        while (stack.length > i) pop()
        if (!all) return
        continue
      }
      if (endsSearch(names[0]!, name) || all && (name === 'ul' || name === 'ol' || name === 'dl') && names[0] !== 'p') return
    }
  }

  function picture(attributes: Map<string, string>, kept: string): void {
    const src = (attributes.get('src') ?? '').trim()
    const part = /^cid:/i.test(src) ? partOf(src.slice(4)) : null
    const outside = part === null ? readRemote(src) : null
    if (outside !== null && isPixel(attributes)) return
    if (outside !== null) remote++
    const source = part !== null ? ` data-cid="${escaped(part)}"` : outside !== null ? ` data-remote="${escaped(outside)}"` : ''
    if (source === '' && !attributes.get('alt')) return
    if (source !== '' && quoted === 0) pieces.push('text')
    write(`<img${kept}${source}>`)
  }

  function open(name: string, attributes: Map<string, string>): void {
    if (skipping) {
      if (name === skipping.name) skipping.depth++
      return
    }
    if (name === 'style') sheet = ''
    if (droppedElements.has(name)) {
      skipping = { name, depth: 1 }
      return
    }
    const shown = name === 'body' && stack.length === 0 ? 'div' : name
    if (!allowedElements.has(shown)) return
    if (elements++ >= mostElements) return
    closeTo(closedBy(name), true)
    if (stack.length >= deepest && !voidElements.has(name)) return
    const kept = keptAttributes(name, attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`).join('') + classAttribute(attributes)
    if (name === 'img') return picture(attributes, kept)
    if (voidElements.has(name)) return void write(`<${name}${kept}>`)
    // A quote within a quote is folded with it.
    const quote = quoted === 0 && stack.length < deepest - 2 ? quoteAt(name, attributes) : null
    if (quote !== null) {
      if (!write('<details>')) return
      quotes.push(out.length - 1)
      pieces.push('quote')
      quoted++
      if (quote === 'after') push({ name: '', end: '</details>', quote: true })
    }
    const end = `</${shown}>${quote === 'around' ? '</details>' : ''}`
    const link = name === 'a' ? readLink(attributes.get('href') ?? '') : null
    const goes = link === null ? '' : ` href="${escaped(link.href)}" data-host="${escaped(link.host)}" target="_blank" rel="noopener noreferrer nofollow"`
    if (write(`<${shown}${kept}${goes}>`)) push({ name, end, ...(link && { link: { at: out.length - 1, link, words: '' } }), ...(quote === 'around' && { quote: true }) })
  }

  function close(name: string): void {
    if (skipping) {
      if (name !== skipping.name || --skipping.depth > 0) return
      if (name === 'style' && sheets.length < longestCss) sheets += safeSheet(sheet, cssPart)
      skipping = null
      return
    }
    if (name === 'br') return void write('<br>')
    if (allowedElements.has(name) || name === 'body') closeTo([name], false)
  }

  function text(words: string): void {
    if (skipping) {
      if (skipping.name === 'style') sheet += words
      return
    }
    // One sign becomes at most six.
    const room = Math.floor(Math.max(0, longest - length) / 6)
    if (!write(escaped(words.slice(0, room)))) return
    cut ||= words.length > room
    if (quoted === 0 && pieces.at(-1) !== 'text' && words.trim() !== '') pieces.push('text')
    const link = stack.findLast((one) => one.link !== undefined)?.link
    if (link && link.words.length < 300) link.words += words
  }

  readHtml(html, { open, close, text })
  while (stack.length > 0) pop()
  const fold = foldsQuotes(pieces)
  for (const at of quotes) out[at] = fold ? '<details class="k-quote">' : '<details class="k-quote" open>'
  const inline = [...classes].map(([style, name]) => `.${name}{${style}}`).join('')
  return { html: out.join(''), css: (sheets && `@layer sheet{${sheets}}`) + (inline && `@layer inline{${inline}}`), remote, cut: cut || elements > mostElements }
}

/** A picture of at most one point tells that the mail was read, and nothing else. */
function isPixel(attributes: Map<string, string>): boolean {
  const of = (name: string) => attributes.get(name) ?? new RegExp(`(?:^|[;\\s])${name}\\s*:\\s*([\\d.]+)`, 'i').exec((attributes.get('style') ?? '').slice(0, 1000))?.[1]
  const [width, height] = [of('width'), of('height')].map((value) => value === undefined || value.includes('%') ? NaN : parseFloat(value))
  return width! <= 1 || height! <= 1
}

function unescaped(contentId: string): string {
  try {
    return decodeURIComponent(contentId)
  } catch {
    return contentId
  }
}

/** Text for a place between tags or in double quotes. Signs that turn the writing round (U+202D, U+202E) are left out: with them a link shows another name. */
function escaped(text: string): string {
  return text.replace(/[&<>"\0\u202d\u202e]/g, (sign) => sign === '&' ? '&amp;' : sign === '<' ? '&lt;' : sign === '>' ? '&gt;' : sign === '"' ? '&quot;' : '')
}
