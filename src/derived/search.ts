import { parseId } from '../model/ids.ts'
import type { SearchTerm } from '../model/search-query.ts'
import { liveConversation } from '../store/conversations.ts'
import { documentsOf, perhapsWith, shownStates } from '../store/search-documents.ts'
import type { MessageDocument, Shown } from '../store/search-documents.ts'
import { hitRows } from '../store/search-hits.ts'
import type { HitRow } from '../store/search-hits.ts'
import { channelsOf, rowsMatching, titlesOf } from '../store/search-index.ts'
import { strandsOf } from '../store/strands.ts'
import type { Reader } from '../store/tx.ts'
import { matchOf, SearchRefused } from './match.ts'
import type { Match } from './match.ts'
import { find, needlesOf } from './needles.ts'
import { secondsBetween } from './place.ts'
import { scoreOf } from './score.ts'
import { Sieve } from './sieve.ts'
import type { Needle } from './words.ts'

/** `cursor`: what the answer before gave as `next`. */
export type SearchRequest = { userId: number, terms: SearchTerm[], order: 'newest' | 'best', limit: number, cursor: number[] | null }
/** `next` is null at the end; a page may hold fewer than were asked for, or none, before it. */
export type SearchPage = { hits: { id: number, row: HitRow }[], next: number[] | null }

/** So many hits of the index are looked at for one page: a rare filter on a common word goes on with the next page. */
const mostLooks = 5000
/** "Best first" sorts so many of the newest hits; then so many older ones. */
const bestOf = 300
/** Texts can be long: no more of them lie in memory at a time. The first may be all that are needed. */
const sievedFirst = 24
const readAtOnce = 48
const highest = Number.MAX_SAFE_INTEGER

/** A page of messages by key, the newest or the best first, of a user whom the index knows. Only what the user may see now: what the index has missed since is looked up in the messages themselves. Throws SearchRefused. */
export function search(main: Reader, index: Reader, { userId, terms, order, limit, cursor }: SearchRequest): SearchPage {
  checkChannels(index, userId, terms)
  const match = matchOf(terms, { main, index, userId, strandsOf: (id) => strandsOfConversation(main, userId, id), strandsTitled: (title) => strandsTitled(main, index, userId, title) })
  const fitting = (ids: readonly number[]) => {
    const shown = shownStates(main, userId, ids)
    return ids.filter((id) => fits(shown.get(id), match.rows))
  }
  if (order === 'newest') {
    // One read says that they may be shown and all that is shown of them; a filter that turns most of them away asks for less first.
    const { hits, next } = collect(main, index, userId, match, cursor?.[0] ?? highest, limit, { fitting: filters(match.rows) ? fitting : null, look: (ids) => hitRows(main, userId, ids) })
    return { hits: hits.map(({ id, value }) => ({ id, row: value })), next: next === null ? null : [next] }
  }
  const { ids, next } = best(main, index, userId, match, terms, limit, cursor, (ids) => new Map(fitting(ids).map((id) => [id, true])))
  const rows = hitRows(main, userId, ids)
  return { hits: ids.map((id) => ({ id, row: rows.get(id)! })), next }
}

type Hit<T> = { id: number, key: number, value: T }
type Look<T> = (ids: readonly number[]) => ReadonlyMap<number, T>

/** The newest hits before a place, and where to go on. Of what `fitting` lets pass, if there is such a thing, `look` leaves out what is no hit; it is asked for no more than are wanted. */
function collect<T>(main: Reader, index: Reader, userId: number, match: Match, before: number, limit: number, { fitting, look }: { fitting: ((ids: readonly number[]) => number[]) | null, look: Look<T> }): { hits: Hit<T>[], next: number | null } {
  const hits: Hit<T>[] = []
  let edge = Math.min(before, match.before)
  let sieve = new Sieve(match.beginnings)
  let portion = sieve.empty ? limit + 1 : sievedFirst
  for (let looked = 0; looked < mostLooks;) {
    const rows = rowsMatching(index, userId, match.table, match.expression(sieve.beginnings), { from: match.from, before: edge, limit: portion })
    const sifted = sieve.empty ? rows : sifting(main, userId, sieve, rows)
    const fit = fitting && new Set(fitting(sifted.map(({ messageId }) => messageId)))
    const left = fit ? sifted.filter(({ messageId }) => fit.has(messageId)) : sifted
    for (let at = 0; at < left.length;) {
      if (hits.length === limit) return { hits, next: hits.at(-1)!.key }
      const some = left.slice(at, at + limit - hits.length)
      at += some.length
      const found = look(some.map(({ messageId }) => messageId))
      for (const { key, messageId } of some) {
        const value = found.get(messageId)
        if (value !== undefined) hits.push({ id: messageId, key, value })
      }
    }
    if (rows.length < portion) return { hits, next: null }
    edge = rows.at(-1)!.key
    looked += portion
    const finer = sieve.tooFine(limit + 1 - hits.length)
    if (finer) sieve = sieve.coarser()
    // What the index itself has narrowed down is likely to be a hit: no more of it than are wanted.
    portion = !sieve.empty ? readAtOnce : Math.min(finer ? limit + 1 : Math.max(portion * 4, limit + 1), mostLooks - looked)
  }
  return { hits, next: edge }
}

/** Those of some rows in whose messages the beginnings stand that are looked for. */
function sifting(main: Reader, userId: number, sieve: Sieve, rows: readonly { key: number, messageId: number }[]): { key: number, messageId: number }[] {
  const ids = rows.map(({ messageId }) => messageId)
  const perhaps = sieve.letters === null ? null : perhapsWith(main, userId, ids, sieve.letters)
  const documents = documentsOf(main, userId, perhaps ? [...perhaps] : ids)
  return rows.filter(({ messageId }) => sieve.holds(documents.get(messageId)))
}

const filters = ({ sortFrom, sortBefore, seen, folders }: Match['rows']) => sortFrom > 0 || sortBefore < Infinity || seen.length > 0 || folders.length > 0

function fits(shown: Shown | undefined, rows: Match['rows']): boolean {
  if (!shown) return false
  const { sortAt, seen, folder, archived } = shown
  return sortAt >= rows.sortFrom && sortAt < rows.sortBefore && rows.seen.every(({ is }) => seen === is)
    && rows.folders.every(({ is, not }) => (is === 'archive' ? archived : !archived && folder === is) !== not)
}

/**
 * The cursor holds where the sorted span begins and the last hit given out. A span is sorted by the words alone, never by how
 * common they are: that would need reading them all.
 */
function best(main: Reader, index: Reader, userId: number, match: Match, terms: readonly SearchTerm[], limit: number, cursor: number[] | null, look: Look<true>): { ids: number[], next: number[] | null } {
  const [from = highest, lastScore = highest, lastKey = highest] = cursor ?? []
  const { hits, next } = collect(main, index, userId, match, from, bestOf, { fitting: null, look })
  // What comes in while somebody turns the pages must not change the scores.
  const top = from === highest && hits[0] ? hits[0].key + 1 : from
  const needles = needlesOf(terms)
  const scored = scores(main, userId, hits, (document, key) => scoreOf(document, needles, secondsBetween(key, top)))
    .filter(({ score, key }) => score < lastScore || (score === lastScore && key < lastKey))
    .sort((a, b) => b.score - a.score || b.key - a.key)
  const page = scored.slice(0, limit)
  const last = page.at(-1)
  if (scored.length > limit) return { ids: page.map(({ id }) => id), next: [top, last!.score, last!.key] }
  return { ids: page.map(({ id }) => id), next: next === null ? null : [next, highest, highest] }
}

function scores(main: Reader, userId: number, hits: readonly { id: number, key: number }[], score: (document: MessageDocument, key: number) => number): { id: number, key: number, score: number }[] {
  const all: { id: number, key: number, score: number }[] = []
  for (let at = 0; at < hits.length; at += readAtOnce) {
    const some = hits.slice(at, at + readAtOnce)
    const documents = documentsOf(main, userId, some.map(({ id }) => id))
    for (const { id, key } of some) all.push({ id, key, score: score(documents.get(id)!, key) })
  }
  return all
}

function strandsOfConversation(main: Reader, userId: number, id: string): number[] {
  const conversation = liveConversation(main, userId, parseId('conversation', id) ?? 0)
  if (!conversation) throw new SearchRefused(`in:${id} names no conversation of yours`)
  return strandsOf(main, conversation.id).map((strand) => strand.id)
}

function strandsTitled(main: Reader, index: Reader, userId: number, title: Needle): number[] {
  const ids = titlesOf(index, userId).filter(({ words }) => find(words, [title], 1).length > 0).map(({ id }) => id)
  return ids.flatMap((id) => {
    const conversation = liveConversation(main, userId, id)
    return conversation && conversation.blockedAt === null ? strandsOf(main, conversation.id).map((strand) => strand.id) : []
  })
}

function checkChannels(index: Reader, userId: number, terms: readonly SearchTerm[]): void {
  for (const term of terms) {
    if (term.type !== 'channel') continue
    const known = channelsOf(index, userId)
    if (!known.some((name) => name.toLowerCase() === term.channel)) throw new SearchRefused(`channel:${term.channel} has no messages. ${known.length === 0 ? 'There are none yet' : `Yours came by ${known.join(', ')}`}`)
  }
}
