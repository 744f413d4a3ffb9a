import { searchDay } from './search-date.ts'

/** One thing that a message must have, or, with `not`, must not have. Terms are joined by "and". */
export type SearchTerm = { not: boolean } & (
  | { type: 'text', text: string, prefix: boolean }
  | { type: 'subject', text: string, prefix: boolean }
  | { type: 'from' | 'to' | 'with', text: string, prefix: boolean }
  | { type: 'channel', channel: string }
  | { type: 'folder', folder: 'inbox' | 'other' | 'archive' }
  | { type: 'conversation', id: string }
  | { type: 'titled', title: string, prefix: boolean }
  | { type: 'has', kind: string }
  | { type: 'is', state: SearchState }
  | { type: 'before' | 'after', at: number }
)

export type SearchState = 'unread' | 'read' | 'flagged' | 'sent' | 'received' | 'automatic'

/** When and where it is asked, for dates such as `today`. */
export type SearchSetting = { now: number, timeZone: string }

/** What is wrong with a query, in words for whoever wrote it. */
export class SearchQueryError extends Error {
  readonly kind = 'invalid_params'

  constructor(message: string) {
    super(message)
    this.name = 'SearchQueryError'
  }
}

export const searchStates: readonly SearchState[] = ['unread', 'read', 'flagged', 'sent', 'received', 'automatic']
export const searchFiles = ['file', 'image', 'audio', 'video', 'pdf', 'calendar', 'contact', 'link'] as const
export const searchFolders = ['inbox', 'other', 'archive'] as const
const most = 32

type Value = { text: string, prefix: boolean }

/** What each operator makes of its value. */
const operators: Record<string, (value: Value, setting: SearchSetting) => SearchTerm> = {
  from: (value) => ({ not: false, type: 'from', ...value }),
  to: (value) => ({ not: false, type: 'to', ...value }),
  with: (value) => ({ not: false, type: 'with', ...value }),
  in({ text, prefix }) {
    if (/^c[1-9][0-9]*$/.test(text)) return { not: false, type: 'conversation', id: text }
    const folder = searchFolders.find((one) => one === text.toLowerCase())
    return folder ? { not: false, type: 'folder', folder } : { not: false, type: 'titled', title: text, prefix }
  },
  channel: ({ text }) => ({ not: false, type: 'channel', channel: text.toLowerCase() }),
  has: ({ text }) => ({ not: false, type: 'has', kind: oneOf('has', text.replace(/^attachments?$/i, 'file').replace(/s$/i, ''), searchFiles) }),
  before: ({ text }, setting) => ({ not: false, type: 'before', at: dayOf('before', text, setting) }),
  after: ({ text }, setting) => ({ not: false, type: 'after', at: dayOf('after', text, setting) }),
  is: ({ text }) => ({ not: false, type: 'is', state: oneOf('is', text.replace(/^starred$/i, 'flagged'), searchStates) }),
  subject: (value) => ({ not: false, type: 'subject', ...value })
}

const known = Object.keys(operators).map((name) => `${name}:`).join(' ')

/**
 * Reads a query: words that must all be there, `"a phrase"`, `begin*`, `-not`, and `from: to: with: in: channel: has: before:
 * after: is: subject:` with a value or a quoted one. A quote that is not closed reaches to the end. Throws SearchQueryError.
 */
export function parseSearch(q: string, setting: SearchSetting): SearchTerm[] {
  const terms: SearchTerm[] = []
  const part = /\s*(-(?=[^\s-]))?(?:([\p{L}][\p{L}\p{N}_]*):)?(?:"([^"]*)(?:"|$)(\*)?|(\S+))?/uy
  while (part.lastIndex < q.trimEnd().length) {
    const from = part.lastIndex
    const [whole = '', minus, name, phrase, star, word] = part.exec(q) ?? []
    if (whole === '') throw new SearchQueryError(`"${q.slice(from, from + 20)}" cannot be read as a search`)
    const value: Value = phrase !== undefined ? { text: phrase, prefix: star !== undefined } : { text: word?.replace(/\*+$/, '') ?? '', prefix: word?.endsWith('*') ?? false }
    const term = name === undefined ? { not: false, type: 'text' as const, ...value } : operated(name, value, setting)
    if (term) terms.push({ ...term, not: minus !== undefined })
    if (terms.length > most) throw new SearchQueryError(`A search may have ${most} words and operators; this one has more`)
  }
  return terms
}

/** null: nothing is looked for. */
function operated(name: string, value: Value, setting: SearchSetting): SearchTerm | null {
  const operator = Object.hasOwn(operators, name.toLowerCase()) ? operators[name.toLowerCase()] : undefined
  if (operator) {
    if (value.text === '') throw new SearchQueryError(`${name}: needs something right after it, as in ${example(name.toLowerCase())}`)
    return operator(value, setting)
  }
  // "Re:" and an address of the web are no operators.
  if (value.text === '') return { not: false, type: 'text', text: name, prefix: false }
  if (value.text.startsWith('//')) return { not: false, type: 'text', text: `${name}:${value.text}`, prefix: value.prefix }
  const meant = Object.keys(operators).find((one) => close(one, name.toLowerCase()))
  throw new SearchQueryError(`${name}: is not something to search by${meant ? `; do you mean ${meant}:?` : ''}. There are ${known}. To look for the words themselves, put them in quotes: "${name}:${value.text}"`)
}

function oneOf<Choice extends string>(name: string, text: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === text.toLowerCase())
  if (found === undefined) throw new SearchQueryError(`${name}:${text} is not known. After ${name}: comes one of ${choices.join(', ')}`)
  return found
}

function dayOf(name: string, text: string, setting: SearchSetting): number {
  const at = searchDay(text, setting)
  if (at === null) throw new SearchQueryError(`${name}:${text} is no date. Write ${name}:2026-11-30, ${name}:2026-11, ${name}:2026, ${name}:today, ${name}:yesterday, ${name}:7d (days), 2w, 3m or 1y ago`)
  return at
}

const example = (name: string) => ({ from: 'from:alice', to: 'to:bob@friend.example', with: 'with:alice', in: 'in:inbox', channel: 'channel:email', has: 'has:file', is: 'is:unread', subject: 'subject:"summer trip"' })[name] ?? `${name}:2026-11-30`

/** Whether two words differ by one letter more, less, other, or two that changed places. */
function close(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1 || one === other) return one === other
  let i = 0
  while (i < one.length && one[i] === other[i]) i++
  const [a, b] = [one.slice(i), other.slice(i)]
  return a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1) || (a.length > 1 && a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2))
}
