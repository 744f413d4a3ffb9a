import { Tokenizer } from 'htmlparser2'
import type { Line, Mark } from './quotes/line.ts'
import { handledBy } from './markup.ts'

/** The longest HTML that is turned into text, in UTF-16 units. */
const LIMIT = 512 * 1024
/** Elements nested deeper than this are read as text alone: no mail program nests like that. */
const DEPTH = 2000
/** How far up an end tag looks for its start tag; keeps the time linear whatever is nested. */
const REACH = 100
const MAX_QUOTES = 20

type Open = { name: string, mark?: Mark, quote?: true, hidden?: true, list?: { next: number | null }, pre?: true, tight?: boolean, href?: { target: string, line: number, at: number } }

/**
 * The words of an HTML mail as lines of plain text (RFC 2046 section 5.1.4 mails that carry HTML alone): paragraphs, lists and
 * links as people write them, quotes with `> `, no images, nothing hidden; each line marked with what mail programs say by their
 * markup. Bounded in length and depth, linear time; never throws.
 */
export function linesOfHtml(html: string): Line[] {
  const page = new Page()
  let name = ''
  let attribute = ''
  let attributes: Record<string, string> = {}
  const source = html.slice(0, LIMIT)
  const opened = (closedAtOnce: boolean) => {
    page.open(name, attributes)
    if (closedAtOnce) page.close(name)
  }
  const nothing = () => {}
  const tokens = new Tokenizer({ decodeEntities: true }, {
    onopentagname: (start, end) => {
      name = source.slice(start, Math.min(end, start + 40)).toLowerCase()
      attributes = {}
    },
    onattribname: (start, end) => {
      attribute = source.slice(start, Math.min(end, start + 40)).toLowerCase()
      // The first of two says what counts, as in browsers.
      if (attribute in attributes) attribute = ''
      else attributes[attribute] = ''
    },
    onattribdata: (start, end) => { if (attribute) attributes[attribute] += source.slice(start, Math.min(end, start + 4000)) },
    onattribentity: (code) => { if (attribute) attributes[attribute] += String.fromCodePoint(code) },
    onattribend: nothing,
    onopentagend: () => opened(false),
    onselfclosingtag: () => opened(false),
    onclosetag: (start, end) => page.close(source.slice(start, Math.min(end, start + 40)).toLowerCase().trim()),
    ontext: (start, end) => page.text(source.slice(start, end)),
    ontextentity: (code) => page.text(String.fromCodePoint(code)),
    oncdata: nothing, oncomment: nothing, ondeclaration: nothing, onprocessinginstruction: nothing, onend: nothing
  })
  tokens.write(source)
  tokens.end()
  const lines = page.done()
  return html.length > LIMIT ? [...lines, { text: '' }, { text: '[The rest is in the formatted mail.]' }] : lines
}

/** The same as one text. */
export function textOfHtml(html: string): string {
  return linesOfHtml(html).map(({ text }) => text).join('\n')
}

const voids = new Set(['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'param', 'source', 'track', 'wbr'])
const unseen = new Set(['head', 'style', 'script', 'title', 'template', 'noscript', 'object', 'iframe', 'svg', 'map', 'select', 'xml'])
/** What begins a line; those of `spaced` are set off by an empty line. */
const blocks = new Set(['address', 'article', 'aside', 'body', 'center', 'dd', 'details', 'div', 'dt', 'fieldset', 'figcaption', 'figure', 'footer', 'form', 'header', 'html', 'li', 'main', 'nav', 'section', 'tr', 'tbody', 'thead', 'caption'])
const spaced = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'dl', 'blockquote', 'pre', 'table', 'hr'])
/** A second one ends the first, whether or not an end tag says so (HTML section 13.1.2.4). */
const endsItself = new Set(['p', 'li', 'td', 'th', 'tr', 'option', 'dd', 'dt'])
const fences = new Set(['table', 'ul', 'ol', 'dl', 'blockquote', 'div', 'body'])

class Page {
  readonly #lines: Line[] = []
  readonly #open: Open[] = []
  #beyond = 0
  #line = ''
  #empty = true
  #gap = -1
  #space = false
  #quotes = 0
  #hidden = 0
  #pre = 0
  #reply = false
  #marks: Mark[] = []

  open(name: string, attributes: Record<string, string>): void {
    if (name === 'br') return this.#break(true)
    if (name === 'body' || name === 'html') this.#leaveHead()
    if (endsItself.has(name)) this.#closeOwn(name)
    const of: Open = { name }
    const style = attributes['style'] ?? ''
    const isVoid = voids.has(name)
    if (!isVoid && (unseen.has(name) || /display\s*:\s*none/i.test(style) || 'hidden' in attributes)) of.hidden = true
    if (!of.hidden && this.#hidden === 0) {
      if (name === 'td' || name === 'th') { if (!this.#empty) this.#space = true, this.#line += this.#line.endsWith(' ') ? '' : ' ' }
      else if (spaced.has(name)) {
        of.tight = name === 'p' && (/\bMso(?:Normal|PlainText|ListParagraph)/.test(attributes['class'] ?? '') || /margin(?:-top)?\s*:\s*0/i.test(style))
        this.#paragraph(of.tight)
      }
      else if (blocks.has(name)) this.#break(false)
      const said = handledBy(name, attributes)
      if (said === 'reply') this.#reply = true
      else if (said === 'quote') of.mark = 'cite'
      else if (said) of.mark = said
      if (name === 'blockquote') of.quote = true
      if (name === 'hr') {
        this.text('-----')
        this.#paragraph(false)
      }
      if (name === 'pre') of.pre = true
      if (name === 'ul') of.list = { next: null }
      if (name === 'ol') of.list = { next: Number.parseInt(attributes['start'] ?? '1', 10) || 1 }
      if (name === 'li') this.#bullet()
      if (name === 'a' && /^(?:https?|ftp|mailto|tel|sms|xmpp):/i.test(attributes['href'] ?? '')) of.href = { target: attributes['href']!, line: this.#lines.length, at: this.#line.length }
    }
    if (isVoid) return
    if (this.#open.length >= DEPTH) {
      this.#beyond++
      return
    }
    this.#open.push(of)
    if (of.mark) this.#marks.push(of.mark)
    if (of.quote) this.#quotes++
    if (of.hidden) this.#hidden++
    if (of.pre) this.#pre++
  }

  close(name: string): void {
    if (name === 'br') return this.#break(true)
    if (name === 'p' && !this.#open.slice(-REACH).some((one) => one.name === 'p')) return this.#paragraph(false)
    if (this.#beyond > 0) {
      this.#beyond--
      return
    }
    for (let at = this.#open.length - 1; at >= 0 && at >= this.#open.length - REACH; at--) {
      if (this.#open[at]!.name !== name) continue
      while (this.#open.length > at) this.#closeTop()
      return
    }
  }

  text(text: string): void {
    if (this.#hidden > 0 || text === '') return
    if (this.#pre > 0) {
      const [first, ...rest] = text.replace(/\r\n?/g, '\n').split('\n')
      this.#write(first!)
      for (const line of rest) {
        this.#break(true)
        this.#write(line)
      }
      return
    }
    // White space is one blank, and none at the edges of a line; NO-BREAK SPACE is a character that is seen as a blank.
    const words = text.replace(/[ \t\r\n\f]+/g, ' ')
    if (words === ' ') {
      this.#space = true
      return
    }
    const starts = words.startsWith(' ')
    const ends = words.endsWith(' ')
    if ((starts || this.#space) && !this.#empty && !this.#line.endsWith(' ')) this.#line += ' '
    this.#space = ends
    this.#write(words.slice(starts ? 1 : 0, ends ? -1 : undefined).replaceAll('\u00a0', ' ').replaceAll('\0', ''))
  }

  done(): Line[] {
    while (this.#open.length > 0) this.#closeTop()
    this.#break(false)
    const lines = this.#lines
    while (lines.length > 0 && lines.at(-1)!.text.trim() === '') lines.pop()
    const first = lines.findIndex(({ text }) => text.trim() !== '')
    return lines.slice(Math.max(first, 0))
  }

  #write(text: string): void {
    if (text === '') return
    this.#line += text
    this.#empty = false
  }

  /** Ends the line. `always`: also an empty one, as `<br>` does. */
  #break(always: boolean): void {
    if (this.#empty && !always) {
      this.#line = ''
      this.#space = false
      return
    }
    if (this.#gap >= 0 && !this.#empty) this.#blank(Math.min(this.#gap, this.#quotes))
    if (!this.#empty || always) this.#gap = -1
    if (this.#empty) this.#blank()
    else this.#push(this.#line.trimEnd())
    this.#line = ''
    this.#empty = true
    this.#space = false
  }

  #push(text: string): void {
    const mark = this.#reply ? 'reply' : this.#marks.at(-1)
    const quotes = '> '.repeat(Math.min(this.#quotes, MAX_QUOTES))
    this.#lines.push(mark ? { text: quotes + text, mark } : { text: quotes + text })
    if (text !== '') this.#reply = false
  }

  /** At most one empty line in a row. */
  #blank(quotes = this.#quotes): void {
    const last = this.#lines.at(-1)
    if (!last || /^[> ]*$/.test(last.text)) return
    const mark = this.#marks.at(-1)
    const text = '> '.repeat(Math.min(quotes, MAX_QUOTES)).trimEnd()
    this.#lines.push(mark ? { text, mark } : { text })
  }

  #paragraph(tight: boolean): void {
    this.#break(false)
    if (!tight && this.#lines.length > 0) this.#gap = this.#gap < 0 ? this.#quotes : Math.min(this.#gap, this.#quotes)
  }

  #bullet(): void {
    const lists = this.#open.slice(-REACH).filter((one) => one.list)
    const list = lists.at(-1)?.list
    const indent = '  '.repeat(Math.max(0, Math.min(lists.length, 10) - 1))
    this.#line = indent + (list?.next == null ? '- ' : `${list.next++}. `)
    this.#empty = true
  }

  #closeTop(): void {
    const of = this.#open.pop()!
    if (this.#hidden === 0 && of.href) this.#target(of.href)
    if (this.#hidden === 0 && spaced.has(of.name)) this.#paragraph(of.tight ?? false)
    else if (this.#hidden === 0 && blocks.has(of.name)) this.#break(false)
    if (of.mark) this.#marks.pop()
    if (of.quote) this.#quotes--
    if (of.hidden) this.#hidden--
    if (of.pre) this.#pre--
  }

  /** Where a link leads, unless its words say so. */
  #target({ target, line, at }: { target: string, line: number, at: number }): void {
    if (this.#empty) return
    const words = line === this.#lines.length ? this.#line.slice(at).trim() : ''
    const said = (text: string) => text.replace(/^(?:https?:\/\/|mailto:|tel:|sms:)(?:www\.)?/i, '').replace(/\/$/, '').toLowerCase()
    if (words !== '' && said(words) !== said(target) && !/^(?:mailto|tel):/i.test(target)) this.#line += ` (${target.replace(/[\s\x00-\x1f]+/g, '')})`
  }

  #closeOwn(name: string): void {
    for (let at = this.#open.length - 1; at >= 0 && at >= this.#open.length - REACH; at--) {
      if (this.#open[at]!.name === name) return this.close(name)
      if (fences.has(this.#open[at]!.name)) return
    }
  }

  #leaveHead(): void {
    const head = this.#open.findIndex((one) => one.name === 'head')
    if (head >= 0) while (this.#open.length > head) this.#closeTop()
  }
}
