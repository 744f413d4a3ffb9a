import { find } from './needles.ts'
import type { Mark } from './needles.ts'
import type { Needle } from './words.ts'

/** A piece of a text with what was found in it (UTF-16 units of `text`). Plain text: never HTML. */
export type Snippet = { text: string, marks: Mark[] }

const lengthOf = 180
const before = 50
const looked = 50_000
const most = 40

/** The piece of the first of these texts that has a needle, where most of them stand; else the beginning of the first. */
export function snippetOf(texts: readonly string[], needles: readonly Needle[]): Snippet {
  for (const whole of texts) {
    const text = whole.slice(0, looked)
    const marks = find(text, needles, most)
    if (marks.length > 0) return pieceOf(text, densest(marks), needles)
  }
  return pieceOf(texts[0] ?? '', 0, [])
}

/** Marks of a text that is shown whole. */
export function marksOf(text: string, needles: readonly Needle[]): Mark[] {
  return find(text, needles, most)
}

function densest(marks: readonly Mark[]): number {
  let best = { start: 0, count: 0 }
  for (const [i, { start }] of marks.entries()) {
    const count = marks.slice(i).findIndex(({ end }) => end > start + lengthOf - before)
    const within = count === -1 ? marks.length - i : count
    if (within > best.count) best = { start, count: within }
  }
  return best.start
}

/** Cut between words where there are spaces; line breaks become spaces. */
function pieceOf(text: string, mark: number, needles: readonly Needle[]): Snippet {
  // Rather more before it than less in all.
  const wanted = Math.min(mark - before, text.length - lengthOf)
  const from = wanted <= 0 ? 0 : afterSpace(text, wanted, mark)
  const to = from + lengthOf >= text.length ? text.length : beforeSpace(text, from + lengthOf)
  const words = text.slice(from, to).replace(/\s+/g, ' ').trim()
  const lead = from > 0 ? '… ' : ''
  // Without what is put around it: that is not ASCII, and would make looking several times slower.
  const marks = find(words, needles, most).map(({ start, end }) => ({ start: start + lead.length, end: end + lead.length }))
  return { text: `${lead}${words}${to < text.length ? ' …' : ''}`, marks }
}

function afterSpace(text: string, from: number, mark: number): number {
  const space = text.slice(from, mark).search(/\s/)
  return space === -1 ? whole(text, from) : from + space + 1
}

function beforeSpace(text: string, to: number): number {
  const space = text.slice(to - 30, to).search(/\s\S*$/)
  return space === -1 ? whole(text, to) : to - 30 + space
}

/** Not between the halves of a character. */
const whole = (text: string, at: number) => /[\udc00-\udfff]/.test(text[at] ?? '') ? at + 1 : at
