import type { SearchTerm } from '../model/search-query.ts'
import { isAscii, needleOf, tokens } from './words.ts'
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
  return isAscii(text) && needles.every(({ plain }) => plain !== undefined) ? findPlain(text, needles, most) : findWords(text, needles, most)
}

/** Whether a needle stands in a text: the same as whether `find` finds it, and sooner where it does not. */
export function stands(text: string, needle: Needle): boolean {
  const { words, plain } = needle
  if (plain === undefined || !isAscii(text)) return find(text, [needle], 1).length > 0
  if (plain === null || !text.toLowerCase().includes(words[0]!)) return false
  plain.lastIndex = 0
  return plain.test(text)
}

/** In plain ASCII the words are those of an expression: much faster than to look at each. */
function findPlain(text: string, needles: readonly Needle[], most: number): Mark[] {
  const marks: Mark[] = []
  for (const { words, plain } of needles) {
    if (!plain) continue
    plain.lastIndex = 0
    for (let found = plain.exec(text), count = 0; found && count < most; found = plain.exec(text), count++) {
      marks.push({ start: found.index, end: plain.lastIndex })
      plain.lastIndex = found.index + words[0]!.length
    }
  }
  const joined: Mark[] = []
  for (const mark of marks.sort((a, b) => a.start - b.start || a.end - b.end)) join(joined, mark)
  return joined.slice(0, most)
}

function findWords(text: string, needles: readonly Needle[], most: number): Mark[] {
  const marks: Mark[] = []
  // Each needle is followed from every word at which it may begin.
  let open: Open[] = []
  for (const { word, start, end } of tokens(text)) {
    const going = open
    if (going.length > 0) open = []
    for (const one of going) follow(one, word, end, open, marks)
    for (const needle of needles) if (word.startsWith(needle.words[0]!)) follow({ needle, at: 0, start }, word, end, open, marks)
    if (marks.length >= most) break
  }
  return marks
}

type Open = { needle: Needle, at: number, start: number }

function follow({ needle, at, start }: Open, word: string, end: number, open: Open[], marks: Mark[]): void {
  const last = at === needle.words.length - 1
  const wanted = needle.words[at]!
  if (!(last && needle.prefix ? word.startsWith(wanted) : word === wanted)) return
  if (last) join(marks, { start, end })
  else open.push({ needle, at: at + 1, start })
}

function join(marks: Mark[], mark: Mark): void {
  while (marks.length > 0 && marks.at(-1)!.end > mark.start) {
    const before = marks.pop()!
    mark = { start: Math.min(before.start, mark.start), end: Math.max(before.end, mark.end) }
  }
  marks.push(mark)
}
