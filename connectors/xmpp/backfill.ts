import type { Account, Arrival } from '#connector'
import type { Archive, Archived, Page } from './archive.ts'
import { Refusal } from './connect.ts'
import { store } from './lane.ts'
import type { Settings } from './settings.ts'

/** For each archive ('' the own one, others are rooms): what has been fetched reaches down to `before`. */
export type HistoryCursor = Record<string, { before: string, count: number, done: boolean }>

const pageSize = 50

/**
 * Fetches what is older than the begin of the live lane, the newest first, each page in its own order. `newest`: the pages that were read when an
 * archive was seen for the first time. `toArrival`: null for what says nothing.
 */
export async function backfill({ account, archive, keys, newest, begin, cursor, toArrival, signal }: {
  account: Account<Settings>, archive: Archive, keys: string[], newest: ReadonlyMap<string, Page>, begin: Record<string, { id: string }>, cursor: HistoryCursor
  toArrival(item: Archived): Promise<Arrival | null>, signal: AbortSignal
}): Promise<void> {
  const { archive: wanted = true, backfill: most = Infinity } = account.settings
  const totals = new Map<string, number>()
  const progress = () => {
    const done = Object.values(cursor).reduce((sum, { count }) => sum + count, 0)
    return { done, total: Math.max(done, [...totals.values()].reduce((sum, total) => sum + total, 0)) }
  }
  if (keys.every((key) => cursor[key]?.done)) return
  for (const key of keys) {
    let state = cursor[key] ?? { before: begin[key]?.id ?? '', count: 0, done: false }
    let page: Page | undefined = cursor[key] ? undefined : newest.get(key)
    while (!state.done && !signal.aborted) {
      if (!wanted || state.count >= most || (page === undefined && state.before === '')) page = { items: [], complete: true, total: null }
      page ??= await archive.page({ archive: key === '' ? null : key, before: state.before, max: pageSize }).catch((error: unknown) => {
        // What the archive has forgotten nobody can fetch.
        if (error instanceof Refusal) return { items: [], complete: true, total: null }
        throw error
      })
      const items = page.items.slice(-Math.max(0, Math.min(pageSize, most - state.count)))
      const batch: Arrival[] = []
      for (const item of items) {
        const arrival = await toArrival(item)
        if (arrival) batch.push(arrival)
      }
      state = { before: items[0]?.archiveId ?? state.before, count: state.count + items.length, done: page.complete || page.items.length === 0 }
      if (page.total !== null) totals.set(key, Math.min(most, page.total))
      cursor = { ...cursor, [key]: state }
      await store(account, batch, { lane: 'history', cursor: JSON.stringify(cursor), progress: progress() }, signal)
      page = undefined
    }
  }
  if (!signal.aborted) await store(account, [], { lane: 'history', cursor: JSON.stringify(cursor), caughtUp: true, progress: progress() }, signal)
}
