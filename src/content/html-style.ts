import { generate, parse, walk } from 'css-tree'
import type { CssNode, Declaration } from 'css-tree'

const sides = ['top', 'right', 'bottom', 'left']
const each = (...names: string[]) => names.flatMap((name) => [name, ...sides.map((side) => `${name}-${side}`)])

/** Nothing here moves a thing out of its place, lays it over another, paints what was not in the mail, or asks for a file. */
const allowed: ReadonlySet<string> = new Set([
  'color', 'background', 'background-color', 'background-image', 'background-position', 'background-repeat', 'background-size',
  'font', 'font-family', 'font-size', 'font-style', 'font-weight', 'font-variant', 'font-stretch', 'line-height', 'letter-spacing', 'word-spacing', 'word-break', 'word-wrap', 'overflow-wrap', 'hyphens',
  'text-align', 'text-decoration', 'text-decoration-line', 'text-decoration-color', 'text-decoration-style', 'text-transform', 'text-indent', 'text-overflow', 'white-space', 'direction', 'vertical-align', 'tab-size',
  'width', 'height', 'min-width', 'min-height', 'max-width', 'max-height', 'box-sizing', 'display', 'float', 'clear', 'overflow', 'visibility',
  ...each('padding', 'margin', 'border'), ...sides.flatMap((side) => ['width', 'style', 'color'].map((part) => `border-${side}-${part}`)),
  'border-width', 'border-style', 'border-color', 'border-radius', 'border-top-left-radius', 'border-top-right-radius', 'border-bottom-left-radius', 'border-bottom-right-radius', 'border-collapse', 'border-spacing',
  'table-layout', 'caption-side', 'empty-cells', 'list-style', 'list-style-type', 'list-style-position',
  'flex', 'flex-direction', 'flex-wrap', 'flex-grow', 'flex-shrink', 'flex-basis', 'justify-content', 'align-items', 'align-self', 'align-content', 'gap', 'row-gap', 'column-gap', 'order'
])
const functions: ReadonlySet<string> = new Set(['rgb', 'rgba', 'hsl', 'hsla', 'calc', 'min', 'max', 'clamp'])
const units: ReadonlySet<string> = new Set(['px', 'em', 'rem', 'ex', 'ch', 'pt', 'pc', 'in', 'cm', 'mm', 'vw', 'vh'])
const pseudo: ReadonlySet<string> = new Set(['link', 'hover', 'focus', 'active', 'first-child', 'last-child', 'first-of-type', 'last-of-type', 'only-child'])
const word = /^-?[a-z][a-z0-9-]{0,60}$/i
const longestStyle = 4096
const longestSheet = 256 * 1024
const mostRules = 3000

/** Turns the Content-ID that a `cid:` address names into what stands for it in the result; null: the mail has no such part. */
export type Resolve = (contentId: string) => string | null

/** The declarations of a style attribute that may stay, as CSS text; '' for none. Parsed (CSS Syntax 3), never matched; does not throw. */
export function safeStyle(style: string, cid: Resolve): string {
  return safely(() => {
    const list = parse(style.slice(0, longestStyle), { context: 'declarationList', onParseError: () => {} })
    if (list.type !== 'DeclarationList') return ''
    return list.children.toArray().map((node) => node.type === 'Declaration' ? declaration(node, cid) : null).filter((text) => text !== null).join(';')
  })
}

/** The rules of a style sheet that may stay. Its classes get the prefix `m-`, the page itself becomes `.k-mail`; does not throw. */
export function safeSheet(sheet: string, cid: Resolve): string {
  return safely(() => {
    const parsed = parse(sheet.slice(0, longestSheet).replace(/<!--|-->/g, ''), { context: 'stylesheet', parseCustomProperty: false, onParseError: () => {} })
    return parsed.type === 'StyleSheet' ? rules(parsed.children.toArray(), cid, { left: mostRules }, true) : ''
  })
}

/** The class that stands for a class of the mail; null where it is none that can be kept. */
export const mailClass = (name: string): string | null => /^[\w-]{1,60}$/.test(name) ? 'm-' + name : null

function rules(nodes: CssNode[], cid: Resolve, count: { left: number }, outer: boolean): string {
  return nodes.map((node) => {
    if (node.type === 'Rule') return count.left-- > 0 ? rule(node.prelude, node.block.children.toArray(), cid) : ''
    if (!outer || node.type !== 'Atrule' || node.name.toLowerCase() !== 'media' || !node.block || !node.prelude) return ''
    const media = mediaOf(node.prelude)
    const inner = media === null ? '' : rules(node.block.children.toArray(), cid, count, false)
    return inner && `@media ${media}{${inner}}`
  }).join('')
}

function rule(prelude: CssNode, block: CssNode[], cid: Resolve): string {
  if (prelude.type !== 'SelectorList') return ''
  const selectors = prelude.children.toArray().map(selector).filter((text) => text !== null)
  const body = block.map((node) => node.type === 'Declaration' ? declaration(node, cid) : null).filter((text) => text !== null).join(';')
  return selectors.length === 0 || selectors.length > 50 || body === '' ? '' : `${selectors.join(',')}{${body}}`
}

function selector(node: CssNode): string | null {
  if (node.type !== 'Selector' || node.children.size > 12) return null
  const parts = node.children.toArray().map((part) => {
    switch (part.type) {
      case 'TypeSelector': return /^(?:html|body)$/i.test(part.name) ? '.k-mail' : /^(?:[a-z][a-z0-9]{0,20}|\*)$/i.test(part.name) ? part.name.toLowerCase() : null
      case 'ClassSelector': { const name = mailClass(part.name); return name && '.' + name }
      case 'Combinator': return /^[ >+~]$/.test(part.name) ? part.name : null
      case 'PseudoClassSelector': return part.children === null && pseudo.has(part.name) ? ':' + part.name : null
      default: return null
    }
  })
  return parts.includes(null) || parts.length === 0 ? null : parts.join('')
}

/** Only what a media query of a mail needs: widths, schemes of colour, kinds of screen. */
function mediaOf(prelude: CssNode): string | null {
  const text = generate(prelude)
  return text.length <= 300 && /^[\w\s():,.-]+$/.test(text) && !/url|expression/i.test(text) ? text : null
}

function declaration({ property, value, important }: Declaration, cid: Resolve): string | null {
  const name = property.toLowerCase()
  if (!allowed.has(name) || value.type !== 'Value') return null
  let fine = true
  const background = name === 'background' || name === 'background-image'
  walk(value, (node) => {
    switch (node.type) {
      case 'Value': case 'Hash': case 'Percentage': case 'Parentheses': return
      case 'Identifier': fine &&= word.test(node.name); return
      case 'Number': fine &&= bounded(node.value, name); return
      case 'Dimension': fine &&= units.has(node.unit.toLowerCase()) && bounded(node.value, name); return
      case 'Operator': fine &&= /^\s*[,/+*-]\s*$/.test(node.value); return
      case 'Function': fine &&= functions.has(node.name.toLowerCase()); return
      case 'String': fine &&= /^font(?:-family)?$/.test(name) && /^[\p{L}\p{N} .,_-]{1,100}$/u.test(node.value); return
      case 'Url': {
        const part = background && /^cid:/i.test(node.value) ? cid(node.value.slice(4)) : null
        if (part === null) fine = false
        else node.value = part
        return
      }
      default: fine = false
    }
  })
  if (!fine) return null
  const text = generate(value)
  return text === '' || text.length > 1000 ? null : `${name}:${text}${important ? '!important' : ''}`
}

/** Nothing is drawn beside its place: no margin or indent is below zero, and no length beyond all screens. */
function bounded(value: string, name: string): boolean {
  const n = Number(value)
  return Math.abs(n) <= 10_000 && (n >= 0 || !/^(?:margin|text-indent|padding|gap)/.test(name))
}

/** A parser that gives up (nested too deeply) leaves a mail without that style. */
function safely(make: () => string): string {
  try {
    return make()
  } catch {
    return ''
  }
}
