import type { Account, Arrival } from '#connector'
import type { Archive, Archived, Page } from './archive.ts'
import { Refusal } from './connect.ts'
import { store } from './lane.ts'
import type { Settings } from './settings.ts'

/** For each archive ('' the own one, others are rooms): what has been fetched reaches down to `before`. */
export type HistoryCursor = Record<string, { before: string, count: number, done: boolean }>

export type Backfill = {
  /** Takes a page that lies below what was kept of this archive so far. */
  keep(key: string, page: Page): Promise<void>
  /** Fetches all that these archives have below that, the newest first, each page in its own order. */
  all(keys: string[]): Promise<void>
}

const pageSize = 50
const nothing: Page = { items: [], complete: true, total: null }

/**
 * The history lane. An archive of which nothing was kept is read from its newest page on: what the live lane has handed over meanwhile is
 * known by its place. `toArrival`: null for what says nothing.
 */
export function openBackfill({ account, archive, toArrival, signal }: { account: Account<Settings>, archive: Archive, toArrival(item: Archived): Promise<Arrival | null>, signal: AbortSignal }): Backfill {
  const { archive: wanted = true, backfill: most = Infinity } = account.settings
  const earlier: HistoryCursor = account.cursors.history === null ? {} : JSON.parse(account.cursors.history) as HistoryCursor
  let cursor = earlier
  const totals = new Map<string, number>()
  const progress = () => {
    const done = Object.values(cursor).reduce((sum, { count }) => sum + count, 0)
    return { done, total: Math.max(done, [...totals.values()].reduce((sum, total) => sum + total, 0)) }
  }
  const reached = (key: string) => cursor[key] ?? { before: '', count: 0, done: false }

  async function keep(key: string, page: Page): Promise<void> {
    const { before, count } = reached(key)
    const isEnd = !wanted || count >= most
    const items = isEnd ? [] : page.items.slice(-Math.min(pageSize, most - count))
    const batch: Arrival[] = []
    for (const item of items) {
      const arrival = await toArrival(item)
      if (arrival) batch.push(arrival)
    }
    if (page.total !== null && !isEnd) totals.set(key, Math.min(most, page.total))
    cursor = { ...cursor, [key]: { before: items[0]?.archiveId ?? before, count: count + items.length, done: isEnd || page.complete || page.items.length === 0 } }
    await store(account, batch, { lane: 'history', cursor: JSON.stringify(cursor), progress: progress() }, signal)
  }

  return {
    keep,
    async all(keys) {
      if (keys.every((key) => earlier[key]?.done)) return
      for (const key of keys) {
        while (!reached(key).done && !signal.aborted) {
          const { before, count } = reached(key)
          await keep(key, !wanted || count >= most ? nothing : await archive.page({ archive: key === '' ? null : key, before, max: pageSize }).catch((error: unknown) => {
            // What the archive has forgotten nobody can fetch.
            if (error instanceof Refusal) return nothing
            throw error
          }))
        }
      }
      if (!signal.aborted) await store(account, [], { lane: 'history', cursor: JSON.stringify(cursor), caughtUp: true, progress: progress() }, signal)
    }
  }
}
