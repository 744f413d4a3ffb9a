import { searchFolders } from '../model/search-query.ts'
import type { SearchTerm } from '../model/search-query.ts'
import { addressesOfContacts, strandsWithAddress, strandsWithUnread } from '../store/search-documents.ts'
import { contactsMatching } from '../store/search-index.ts'
import type { Reader } from '../store/tx.ts'
import { lastPlace, placeAfter, placeOf } from './place.ts'
import { addressKey, tag } from './tags.ts'
import type { TagKind } from './tags.ts'
import { needleOf } from './words.ts'
import type { Needle } from './words.ts'

/** A query that nothing can be found by, in words. */
export class SearchRefused extends Error {
  readonly kind = 'invalid_params'
}

/** What a query is for the index: an expression of FTS5, a span of places, and what only the message's own row can tell. */
export type Match = {
  expression: string
  from: number
  before: number
  rows: { sortFrom: number, sortBefore: number, seen: { is: boolean }[], folders: { is: 'inbox' | 'other' | 'archive', not: boolean }[] }
}

/** People of that name who are asked about; a query by one letter must not ask about thousands. */
const mostPeople = 30
const mostTags = 400

/** `strandsOf`: of a conversation, which the caller looks up, since merged ones have more than one. `strandsTitled`: of those that are called so. */
export type Lookup = { main: Reader, index: Reader, userId: number, strandsOf(conversation: string): number[], strandsTitled(title: Needle): number[] }

/** Writes a query as the index understands it. Names of people are looked up now, so who was renamed or merged is found at once. Throws SearchRefused. */
export function matchOf(terms: readonly SearchTerm[], lookup: Lookup): Match {
  const must: string[] = []
  const mustNot: string[] = []
  let wordless: string | null = null
  const rows: Match['rows'] = { sortFrom: 0, sortBefore: Infinity, seen: [], folders: [] }
  for (const term of terms) {
    if (term.type === 'before' || term.type === 'after') {
      if ((term.type === 'before') !== term.not) rows.sortBefore = Math.min(rows.sortBefore, term.at)
      else rows.sortFrom = Math.max(rows.sortFrom, term.at)
    } else if (term.type === 'folder') rows.folders.push({ is: term.folder, not: term.not })
    else if (term.type === 'is' && (term.state === 'unread' || term.state === 'read')) {
      const read = (term.state === 'read') !== term.not
      rows.seen.push({ is: read })
      const strands = read ? [] : strandsWithUnread(lookup.main, lookup.userId, mostTags + 1)
      // Where few conversations have something unread, only these are looked through.
      if (!read && strands.length <= mostTags) must.push(anyTag('strand', strands))
    } else {
      const written = expressionOf(term, lookup)
      if (written !== null) (term.not ? mustNot : must).push(written)
      else if ('text' in term) wordless = term.text
    }
  }
  const anything = must.length + mustNot.length + rows.seen.length + rows.folders.length > 0 || rows.sortFrom > 0 || rows.sortBefore < Infinity
  if (!anything) throw new SearchRefused(wordless === null ? 'There is nothing to search for' : `There is no letter or digit in "${wordless}" to search for`)
  const all = must.length === 0 ? quoted(tag('all')) : must.map((one) => `(${one})`).join(' AND ')
  return {
    expression: mustNot.length === 0 ? all : `(${all}) NOT (${mustNot.map((one) => `(${one})`).join(' OR ')})`,
    from: placeOf(rows.sortFrom), before: rows.sortBefore === Infinity ? lastPlace : placeAfter(rows.sortBefore), rows
  }
}

/** null: nothing is looked for, as in a word of signs only. */
function expressionOf(term: SearchTerm, lookup: Lookup): string | null {
  switch (term.type) {
    case 'channel': return quoted(tag('channel', term.channel))
    case 'conversation': return anyTag('strand', lookup.strandsOf(term.id))
    case 'titled': return titledExpression(term, lookup)
    case 'has': return quoted(tag('has', term.kind))
    case 'is': return quoted(term.state === 'sent' ? tag('direction', 'out') : term.state === 'received' ? tag('direction', 'in') : tag('is', term.state))
    case 'from': case 'to': case 'with': return personExpression(term, lookup)
    case 'before': case 'after': case 'folder': return null
  }
  const needle = needleOf(term.text, term.prefix)
  if (!needle) return null
  if (term.type === 'subject') return `subject : ${written(needle)}`
  return [written(needle), ...namedByUser(needle, lookup)].join(' OR ')
}

function titledExpression({ title, prefix }: { title: string, prefix: boolean }, { strandsTitled }: Lookup): string {
  const needle = needleOf(title, prefix)
  const strands = needle ? strandsTitled(needle) : []
  if (strands.length === 0) throw new SearchRefused(`in:${title}: no group or list of yours is called so. After in: comes one of ${searchFolders.join(', ')}, or the id of a conversation, or words of its name`)
  return anyTag('strand', strands)
}

/** The words of a name or address as a message has them, and every address of a contact that is called so now. */
function personExpression({ type, text, prefix }: { type: 'from' | 'to' | 'with', text: string, prefix: boolean }, lookup: Lookup): string {
  if (text.toLowerCase() === 'me') return quoted(type === 'from' ? tag('direction', 'out') : type === 'to' ? tag('direction', 'in') : tag('all'))
  const needle = needleOf(text, prefix)
  if (!needle) return nothing
  const addresses = addressesOfContacts(lookup.main, contactsMatching(lookup.index, lookup.userId, written(needle), mostPeople))
  const keys = addresses.map(addressKey)
  const column = { from: 'sender', to: 'recipients', with: '{sender recipients}' }[type]
  const parts = [`${column} : ${written(needle)}`]
  if (type !== 'to') parts.push(anyTag('from', keys))
  if (type !== 'from') parts.push(anyTag('to', keys))
  if (type === 'with') parts.push(anyTag('strand', addresses.flatMap(({ id }) => strandsWithAddress(lookup.main, id))))
  return parts.filter((part) => part !== nothing).join(' OR ')
}

/** Messages of people whom the user calls so: nothing in the messages says it. */
function namedByUser(needle: Needle, { main, index, userId }: Lookup): string[] {
  const ids = contactsMatching(index, userId, `${quoted(tag('named'))} AND name : ${written(needle)}`, mostPeople)
  const keys = addressesOfContacts(main, ids).map(addressKey)
  return keys.length === 0 ? [] : [anyTag('from', keys), anyTag('to', keys)]
}

/** No message has it. */
const nothing = '"\ue001"'

function anyTag(kind: TagKind, values: readonly (string | number)[]): string {
  return values.length === 0 ? nothing : [...new Set(values)].slice(0, mostTags).map((value) => quoted(tag(kind, value))).join(' OR ')
}

/** Words are letters, digits and our own signs, so nothing in them ends a string. */
const quoted = (text: string) => `"${text}"`

const written = ({ words, prefix }: Needle) => quoted(words.join(' ')) + (prefix ? ' *' : '')
