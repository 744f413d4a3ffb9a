import { searchFolders } from '../model/search-query.ts'
import type { SearchTerm } from '../model/search-query.ts'
import { addressesOfContacts, strandsWithAddress, strandsWithUnread } from '../store/search-documents.ts'
import { contactsMatching } from '../store/search-index.ts'
import type { Field, Table } from '../store/search-index.ts'
import type { Reader } from '../store/tx.ts'
import { isBegun } from './beginnings.ts'
import { lastPlace, placeAfter, placeOf } from './place.ts'
import { anywhere } from './sieve.ts'
import type { Beginning } from './sieve.ts'
import { addressKey, tag } from './tags.ts'
import type { TagKind } from './tags.ts'
import { needleOf } from './words.ts'
import type { Needle } from './words.ts'

/** A query that nothing can be found by, in words. */
export class SearchRefused extends Error {
  readonly kind = 'invalid_params'
}

/**
 * What a query is for the index: a table of it and an expression of FTS5, a span of places, and what only the message's own row can tell. `beginnings` of words
 * may be left out of the expression and looked for in the messages themselves. The index reads every word that begins so, in all messages,
 * before it names the first: with one letter that is a tenth of a mailbox, and the newest messages have it anyhow.
 * A beginning of three or four letters alone has a table of its own.
 */
export type Match = {
  table: Table
  expression(without: readonly Beginning[]): string
  beginnings: Beginning[]
  from: number
  before: number
  rows: { sortFrom: number, sortBefore: number, seen: { is: boolean }[], folders: { is: 'inbox' | 'other' | 'archive', not: boolean }[] }
}

/** People of that name who are asked about; a query by one letter must not ask about thousands. */
const mostPeople = 30
const mostTags = 400
/** Longer beginnings are likely to have so few words that the index reads them sooner than the first messages are looked at. */
const longestLooked = 4

/** `strandsOf`: of a conversation, which the caller looks up, since merged ones have more than one. `strandsTitled`: of those that are called so. */
export type Lookup = { main: Reader, index: Reader, userId: number, strandsOf(conversation: string): number[], strandsTitled(title: Needle): number[] }

/** Writes a query as the index understands it. Names of people are looked up now, so who was renamed or merged is found at once. Throws SearchRefused. */
export function matchOf(terms: readonly SearchTerm[], lookup: Lookup): Match {
  const must: Part[] = []
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
      if (!read && strands.length <= mostTags) must.push(just(anyTag('strand', strands)))
    } else {
      const part = partOf(term, lookup)
      if (part !== null && term.not) mustNot.push(part.expression)
      else if (part !== null) must.push(part)
      else if ('text' in term) wordless = term.text
    }
  }
  const anything = must.length + mustNot.length + rows.seen.length + rows.folders.length > 0 || rows.sortFrom > 0 || rows.sortBefore < Infinity
  if (!anything) throw new SearchRefused(wordless === null ? 'There is nothing to search for' : `There is no letter or digit in "${wordless}" to search for`)
  const span = { from: placeOf(rows.sortFrom), before: rows.sortBefore === Infinity ? lastPlace : placeAfter(rows.sortBefore), rows }
  const begun = must.length === 1 && mustNot.length === 0 ? must[0]!.begun : undefined
  if (begun !== undefined) return { table: 'begin', expression: () => quoted(begun), beginnings: [], ...span }
  return {
    table: 'doc', expression: (without) => joined(must.flatMap(({ expression, beginning, loose }) => beginning && without.includes(beginning) ? loose ?? [] : expression), mustNot),
    beginnings: must.flatMap(({ beginning }) => beginning ?? []), ...span
  }
}

/** One thing that must hold. Where it is the beginning of a word, `loose` is what of it the index is asked without that: null for nothing. `begun`: the table of beginnings says the same. */
type Part = { expression: string, beginning?: Beginning, loose?: string | null, begun?: string }

const just = (expression: string): Part => ({ expression })

function joined(must: readonly string[], mustNot: readonly string[]): string {
  const all = must.length === 0 ? quoted(tag('all')) : must.map((one) => `(${one})`).join(' AND ')
  return mustNot.length === 0 ? all : `(${all}) NOT (${mustNot.map((one) => `(${one})`).join(' OR ')})`
}

/** null: nothing is looked for, as in a word of signs only. */
function partOf(term: SearchTerm, lookup: Lookup): Part | null {
  switch (term.type) {
    case 'channel': return just(quoted(tag('channel', term.channel)))
    case 'conversation': return just(anyTag('strand', lookup.strandsOf(term.id)))
    case 'titled': return just(titledExpression(term, lookup))
    case 'has': return just(quoted(tag('has', term.kind)))
    case 'is': return just(quoted(term.state === 'sent' ? tag('direction', 'out') : term.state === 'received' ? tag('direction', 'in') : tag('is', term.state)))
    case 'from': case 'to': case 'with': return personPart(term, lookup)
    case 'before': case 'after': case 'folder': return null
  }
  const needle = needleOf(term.text, term.prefix)
  if (!needle) return null
  if (term.type === 'subject') return wordsPart(needle, { column: 'subject : ', fields: ['subject'], from: [], to: [] })
  const keys = namedByUser(needle, lookup)
  return wordsPart(needle, { column: '', fields: anywhere, from: keys, to: keys })
}

/** Words in some columns, or else a sender or recipient. */
function wordsPart(needle: Needle, { column, fields, from, to }: { column: string, fields: readonly Field[], from: readonly Address[], to: readonly Address[] }): Part {
  const addressed = [...from.length === 0 ? [] : [anyTag('from', from.map(addressKey))], ...to.length === 0 ? [] : [anyTag('to', to.map(addressKey))]]
  const either = (words: Needle) => [column + written(words), ...addressed].join(' OR ')
  if (!needle.prefix || needle.words.at(-1)!.length > longestLooked) return just(either(needle))
  const before = needle.words.slice(0, -1)
  const begun = fields === anywhere && before.length === 0 && addressed.length === 0 && isBegun(needle.words[0]!)
  const names = (all: readonly Address[]) => new Set(all.map(({ kind, address }) => `${kind}:${address}`))
  return { expression: either(needle), loose: before.length === 0 ? null : either({ ...needle, words: before, prefix: false }), beginning: { needle, fields, from: names(from), to: names(to) }, ...begun ? { begun: needle.words[0]! } : {} }
}

function titledExpression({ title, prefix }: { title: string, prefix: boolean }, { strandsTitled }: Lookup): string {
  const needle = needleOf(title, prefix)
  const strands = needle ? strandsTitled(needle) : []
  if (strands.length === 0) throw new SearchRefused(`in:${title}: no group or list of yours is called so. After in: comes one of ${searchFolders.join(', ')}, or the id of a conversation, or words of its name`)
  return anyTag('strand', strands)
}

/** The words of a name or address as a message has them, and every address of a contact that is called so now. */
function personPart({ type, text, prefix }: { type: 'from' | 'to' | 'with', text: string, prefix: boolean }, lookup: Lookup): Part {
  if (text.toLowerCase() === 'me') return just(quoted(type === 'from' ? tag('direction', 'out') : type === 'to' ? tag('direction', 'in') : tag('all')))
  const needle = needleOf(text, prefix)
  if (!needle) return just(nothing)
  const known = addressesOfContacts(lookup.main, contactsMatching(lookup.index, lookup.userId, written(needle), mostPeople))
  const addresses = known.slice(0, mostTags)
  if (type === 'from') return wordsPart(needle, { column: 'sender : ', fields: ['sender'], from: addresses, to: [] })
  if (type === 'to') return wordsPart(needle, { column: 'recipients : ', fields: ['recipients'], from: [], to: addresses })
  const either = wordsPart(needle, { column: '{sender recipients} : ', fields: ['sender', 'recipients'], from: addresses, to: addresses })
  const strands = known.flatMap(({ id }) => strandsWithAddress(lookup.main, id))
  return strands.length === 0 ? either : just(`${either.expression} OR ${anyTag('strand', strands)}`)
}

type Address = { kind: string, address: string }

/** Addresses of people whom the user calls so: nothing in their messages says it. */
function namedByUser(needle: Needle, { main, index, userId }: Lookup): Address[] {
  return addressesOfContacts(main, contactsMatching(index, userId, `${quoted(tag('named'))} AND name : ${written(needle)}`, mostPeople)).slice(0, mostTags)
}

/** No message has it. */
const nothing = '"\ue001"'

function anyTag(kind: TagKind, values: readonly (string | number)[]): string {
  return values.length === 0 ? nothing : [...new Set(values)].slice(0, mostTags).map((value) => quoted(tag(kind, value))).join(' OR ')
}

/** Words are letters, digits and our own signs, so nothing in them ends a string. */
const quoted = (text: string) => `"${text}"`

const written = ({ words, prefix }: Needle) => quoted(words.join(' ')) + (prefix ? ' *' : '')
