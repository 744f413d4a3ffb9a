import type { SearchTerm } from '../model/search-query.ts'
import { openContacts } from '../store/search-documents.ts'
import { contactsMatching } from '../store/search-index.ts'
import type { Reader } from '../store/tx.ts'
import { tag } from './tags.ts'
import { needleOf } from './words.ts'

const mostPeople = 5
/** When no more are called so than this, one look finds all of them, and their own rows say who is a friend. */
const mostLooked = 30

/** Contacts in whose names and addresses words begin as all of the words that are looked for, friends first; none where something else is looked for too. */
export function peopleOf(main: Reader, index: Reader, userId: number, terms: readonly SearchTerm[]): number[] {
  const words = terms.flatMap((term) => term.type === 'text' && !term.not ? needleOf(term.text)?.words ?? [] : [])
  if (words.length === 0 || !terms.every(({ type, not }) => type === 'text' && !not)) return []
  const called = `((${words.map((word) => `{name addresses} : "${word}" *`).join(' AND ')}) NOT "${tag('blocked')}")`
  const some = contactsMatching(index, userId, called, mostLooked + 1)
  const friends = some.length > mostLooked ? contactsMatching(index, userId, `${called} AND "${tag('friend')}"`, mostPeople) : []
  const all = [...new Set([...friends, ...some])]
  // The index may be behind by a moment.
  return openContacts(main, userId, all).sort((a, b) => Number(b.friend) - Number(a.friend)).slice(0, mostPeople).map(({ id }) => id)
}
