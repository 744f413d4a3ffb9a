/** What a mail may be made of. Everything else is taken apart: its text stays, it does not. */
export const allowedElements: ReadonlySet<string> = new Set([
  'a', 'abbr', 'acronym', 'address', 'article', 'aside', 'b', 'bdi', 'big', 'blockquote', 'br', 'caption', 'center', 'cite', 'code', 'col', 'colgroup', 'dd', 'del', 'dfn', 'div', 'dl', 'dt',
  'em', 'figcaption', 'figure', 'font', 'footer', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'header', 'hr', 'i', 'img', 'ins', 'kbd', 'li', 'main', 'nav', 'ol', 'p', 'pre', 'q', 'rp', 'rt', 'ruby', 's',
  'samp', 'section', 'small', 'span', 'strike', 'strong', 'sub', 'sup', 'table', 'tbody', 'td', 'tfoot', 'th', 'thead', 'time', 'tr', 'tt', 'u', 'ul', 'var', 'wbr'
])

/** Their content is none that was written to be read: it goes with them. */
export const droppedElements: ReadonlySet<string> = new Set([
  'script', 'style', 'title', 'svg', 'math', 'template', 'select', 'textarea', 'iframe', 'noembed', 'noframes', 'object', 'applet', 'audio', 'video', 'canvas', 'datalist', 'xmp', 'plaintext'
])

export const voidElements: ReadonlySet<string> = new Set(['br', 'col', 'hr', 'img', 'wbr'])

/** What an end tag inside of them does not reach past (WHATWG 13.2.4.2: has an element in scope). */
const walls: ReadonlySet<string> = new Set(['table', 'td', 'th', 'caption'])
const tableParts: ReadonlySet<string> = new Set(['table', 'caption', 'colgroup', 'tbody', 'thead', 'tfoot', 'tr', 'td', 'th'])

/** Whether looking for an open `name` ends at an open `other`. */
export const endsSearch = (name: string, other: string): boolean => tableParts.has(name) ? other === 'table' && name !== 'table' : walls.has(other)

const cells = ['td', 'th']
const rows = ['tr', ...cells]
const parts = ['tbody', 'thead', 'tfoot', 'caption', 'colgroup', ...rows]
const closes = new Map<string, readonly string[]>([
  ['a', ['a']], ['li', ['li']], ['dt', ['dt', 'dd']], ['dd', ['dt', 'dd']], ['td', cells], ['th', cells], ['tr', rows],
  ...['tbody', 'thead', 'tfoot', 'caption', 'colgroup'].map((part): [string, readonly string[]] => [part, parts]),
  ...['address', 'article', 'aside', 'blockquote', 'center', 'div', 'dl', 'figure', 'footer', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'header', 'hr', 'main', 'nav', 'ol', 'p', 'pre', 'section', 'table', 'ul']
    .map((block): [string, readonly string[]] => [block, ['p']])
])

/** The elements whose end tag may be left out before this one begins. */
export const closedBy = (name: string): readonly string[] => closes.get(name) ?? []

const everywhere: Record<string, RegExp> = { dir: /^(?:ltr|rtl|auto)$/i, lang: /^[a-z0-9-]{1,35}$/i, title: /^[\s\S]{0,500}$/, align: /^(?:left|right|center|justify|top|middle|bottom|absmiddle)$/i }
const size = /^\d{1,4}(?:\.\d+)?(?:%|px)?$/
const number = /^\d{1,4}$/
const colour = /^(?:#?[0-9a-f]{3,8}|[a-z]{3,24})$/i
const cell = { width: size, height: size, bgcolor: colour, valign: /^(?:top|middle|bottom|baseline)$/i, nowrap: /^.{0,10}$/, colspan: number, rowspan: number, scope: /^(?:row|col|rowgroup|colgroup)$/i }
const list = { start: /^-?\d{1,6}$/, type: /^(?:[1aAiI]|disc|circle|square)$/, value: /^-?\d{1,6}$/, reversed: /^.{0,10}$/ }
const row = { bgcolor: colour, valign: cell.valign, width: size, height: size, span: number }

const own: Record<string, Record<string, RegExp>> = {
  img: { alt: /^[\s\S]{0,1000}$/, width: size, height: size, border: number, hspace: number, vspace: number },
  table: { width: size, height: size, border: number, cellpadding: number, cellspacing: number, bgcolor: colour, rules: /^[a-z]+$/i, frame: /^[a-z]+$/i, role: /^(?:presentation|none)$/i },
  td: cell, th: cell, tr: row, tbody: row, thead: row, tfoot: row, col: row, colgroup: row,
  ol: list, ul: list, li: list,
  font: { color: colour, face: /^[\w\s,'".-]{1,200}$/, size: /^[+-]?\d$/ },
  hr: { width: size, size: number, color: colour, noshade: /^.{0,10}$/ },
  body: { bgcolor: colour },
  time: { datetime: /^[\w:.+ -]{1,60}$/ }
}

/** The attributes that stay as they are, in order; links, pictures, styles and classes are seen to elsewhere. */
export function keptAttributes(name: string, attributes: Map<string, string>): [string, string][] {
  return [...attributes].filter(([key, value]) => (everywhere[key] ?? own[name]?.[key])?.test(value) ?? false)
}
