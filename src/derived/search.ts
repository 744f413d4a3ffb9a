import { parseId } from '../model/ids.ts'
import type { SearchTerm } from '../model/search-query.ts'
import { liveConversation } from '../store/conversations.ts'
import { documentOf, shownMessage } from '../store/search-documents.ts'
import type { Shown } from '../store/search-documents.ts'
import { hitRow } from '../store/search-hits.ts'
import type { HitRow } from '../store/search-hits.ts'
import { channelsOf, followOf, rowsMatching, titlesOf } from '../store/search-index.ts'
import { strandsOf } from '../store/strands.ts'
import type { Reader } from '../store/tx.ts'
import { matchOf, SearchRefused } from './match.ts'
import type { Match } from './match.ts'
import { find, needlesOf } from './needles.ts'
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
const sievedAtOnce = 32
const highest = Number.MAX_SAFE_INTEGER

/** A page of messages by key, the newest or the best first. Only what the user may see now: what the index has missed since is looked up in the messages themselves. Throws SearchRefused. */
export function search(main: Reader, index: Reader, { userId, terms, order, limit, cursor }: SearchRequest): SearchPage {
  if (!followOf(index, userId)) return { hits: [], next: null }
  checkChannels(index, userId, terms)
  const match = matchOf(terms, { main, index, userId, strandsOf: (id) => strandsOfConversation(main, userId, id), strandsTitled: (title) => strandsTitled(main, index, userId, title) })
  const fitting = (id: number) => {
    const shown = shownMessage(main, userId, id)
    return shown && fits(shown, match.rows)
  }
  if (order === 'newest') {
    // One read says that it may be shown and all that is shown of it; a filter that turns most of them away asks for less first.
    const look = filters(match.rows) ? (id: number) => fitting(id) ? hitRow(main, userId, id) : undefined : (id: number) => hitRow(main, userId, id)
    const { hits, next } = collect(main, index, userId, match, cursor?.[0] ?? highest, limit, look)
    return { hits: hits.map(({ id, value }) => ({ id, row: value })), next: next === null ? null : [next] }
  }
  const { ids, next } = best(main, index, userId, match, terms, limit, cursor, (id) => fitting(id) || undefined)
  return { hits: ids.map((id) => ({ id, row: hitRow(main, userId, id)! })), next }
}

type Hit<T> = { id: number, key: number, value: T }

/** The newest hits before a place, and where to go on. `look` is undefined for what is none. */
function collect<T>(main: Reader, index: Reader, userId: number, match: Match, before: number, limit: number, look: (id: number) => T | undefined): { hits: Hit<T>[], next: number | null } {
  const hits: Hit<T>[] = []
  let edge = Math.min(before, match.before)
  let sieve = new Sieve(match.beginnings)
  let portion = sieve.empty ? limit + 1 : sievedAtOnce
  for (let looked = 0; looked < mostLooks;) {
    const rows = rowsMatching(index, userId, match.expression(sieve.beginnings), { from: match.from, before: edge, limit: portion })
    let given = rows.length
    for (const { key, messageId } of rows) {
      if (sieve.empty && hits.length === limit) return { hits, next: edge }
      const value = look(messageId)
      const holds = value !== undefined && (sieve.empty || sieve.holds(documentOf(main, messageId)))
      if (holds && hits.length === limit) return { hits, next: edge }
      if (holds) hits.push({ id: messageId, key, value })
      edge = key
      if (!sieve.tooFine(limit + 1 - hits.length)) continue
      sieve = sieve.coarser()
      given = portion
      break
    }
    if (given < portion) return { hits, next: null }
    looked += portion
    portion = Math.min(sieve.empty ? Math.max(portion * 4, limit + 1) : portion * 2, mostLooks - looked)
  }
  return { hits, next: edge }
}

const filters = ({ sortFrom, sortBefore, seen, folders }: Match['rows']) => sortFrom > 0 || sortBefore < Infinity || seen.length > 0 || folders.length > 0

function fits({ sortAt, seen, folder, archived }: Shown, rows: Match['rows']): boolean {
  return sortAt >= rows.sortFrom && sortAt < rows.sortBefore && rows.seen.every(({ is }) => seen === is)
    && rows.folders.every(({ is, not }) => (is === 'archive' ? archived : !archived && folder === is) !== not)
}

/**
 * The cursor holds where the sorted span begins and the last hit given out. A span is sorted by the words alone, never by how
 * common they are: that would need reading them all.
 */
function best(main: Reader, index: Reader, userId: number, match: Match, terms: readonly SearchTerm[], limit: number, cursor: number[] | null, look: (id: number) => true | undefined): { ids: number[], next: number[] | null } {
  const [from = highest, lastScore = highest, lastKey = highest] = cursor ?? []
  const { hits, next } = collect(main, index, userId, match, from, bestOf, look)
  // What comes in while somebody turns the pages must not change the scores.
  const top = from === highest && hits[0] ? hits[0].key + 1 : from
  const needles = needlesOf(terms)
  const scored = hits.map(({ id, key }) => ({ id, key, score: scoreOf(documentOf(main, id), needles, (top - key) / 1024) }))
    .filter(({ score, key }) => score < lastScore || (score === lastScore && key < lastKey))
    .sort((a, b) => b.score - a.score || b.key - a.key)
  const page = scored.slice(0, limit)
  const last = page.at(-1)
  if (scored.length > limit) return { ids: page.map(({ id }) => id), next: [top, last!.score, last!.key] }
  return { ids: page.map(({ id }) => id), next: next === null ? null : [next, highest, highest] }
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
