import type { SearchTerm } from '../model/search-query.ts'
import { needleOf, tokens } from './words.ts'
import type { Needle } from './words.ts'

/** What a search looks for in the texts, with the part of a message it looks in. */
export type Sought = Needle & { within: 'all' | 'subject' | 'sender' | 'recipients' | 'people' }
/** A place in a text (UTF-16 units). */
export type Mark = { start: number, end: number }

const withins = { text: 'all', subject: 'subject', from: 'sender', to: 'recipients', with: 'people' } as const

/** What must be there; what must not is not looked for. */
export function needlesOf(terms: readonly SearchTerm[]): Sought[] {
  return terms.flatMap((term) => {
    if (term.not || !('text' in term)) return []
    const needle = needleOf(term.text, term.prefix)
    return needle ? [{ ...needle, within: withins[term.type] }] : []
  })
}

/** Where the needles stand in a text, in order; those that overlap are one. `most`: look no further when so many are found. */
export function find(text: string, needles: readonly Needle[], most = Infinity): Mark[] {
  if (needles.length === 0 || text === '') return []
  const marks: Mark[] = []
  // Each needle is followed from every word at which it may begin.
  let open: { needle: Needle, at: number, start: number }[] = []
  for (const { word, start, end } of tokens(text)) {
    const going = [...open, ...needles.map((needle) => ({ needle, at: 0, start }))]
    open = []
    for (const one of going) {
      const last = one.at === one.needle.words.length - 1
      const wanted = one.needle.words[one.at]!
      if (!(last && one.needle.prefix ? word.startsWith(wanted) : word === wanted)) continue
      if (!last) open.push({ ...one, at: one.at + 1 })
      else join(marks, { start: one.start, end })
    }
    if (marks.length >= most) break
  }
  return marks
}

function join(marks: Mark[], mark: Mark): void {
  while (marks.length > 0 && marks.at(-1)!.end > mark.start) {
    const before = marks.pop()!
    mark = { start: Math.min(before.start, mark.start), end: Math.max(before.end, mark.end) }
  }
  marks.push(mark)
}
