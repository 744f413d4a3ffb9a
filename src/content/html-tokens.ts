import { QuoteType, Tokenizer } from 'htmlparser2'
import type { TokenizerCallbacks } from 'htmlparser2'

/** What a reader of HTML hears: names in lower case, values and texts with their entities decoded. Nothing is balanced. */
export type HtmlListener = {
  open(name: string, attributes: Map<string, string>): void
  close(name: string): void
  text(text: string): void
}

const mostAttributes = 40
const longestValue = 8192

/**
 * Cuts HTML into tags and texts as browsers do (WHATWG 13.2.5), in time linear to its length: comments, declarations and
 * instructions are left out. Of two attributes of one name the first counts. Whatever the text is, it does not throw.
 */
export function readHtml(html: string, listener: HtmlListener): void {
  let name = ''
  let attributes = new Map<string, string>()
  let attribute = ''
  let value = ''
  const opened = () => listener.open(name, attributes)
  const code = (point: number) => String.fromCodePoint(point)
  const hears: TokenizerCallbacks = {
    ontext: (start, end) => listener.text(html.slice(start, end)),
    ontextentity: (point) => listener.text(code(point)),
    onopentagname(start, end) {
      name = html.slice(start, end).toLowerCase()
      attributes = new Map()
    },
    onattribname(start, end) {
      attribute = html.slice(start, end).toLowerCase()
      value = ''
    },
    onattribdata(start, end) {
      if (value.length < longestValue) value += html.slice(start, Math.min(end, start + longestValue))
    },
    onattribentity(point) {
      if (value.length < longestValue) value += code(point)
    },
    onattribend(quote) {
      if (attributes.size < mostAttributes && !attributes.has(attribute)) attributes.set(attribute, quote === QuoteType.NoValue ? '' : value)
    },
    onopentagend: opened,
    onselfclosingtag: opened,
    onclosetag: (start, end) => listener.close(html.slice(start, end).trim().toLowerCase()),
    oncdata: () => {},
    oncomment: () => {},
    ondeclaration: () => {},
    onprocessinginstruction: () => {},
    onend: () => {}
  }
  const tokenizer = new Tokenizer({ decodeEntities: true }, hears)
  tokenizer.write(html)
  tokenizer.end()
}
