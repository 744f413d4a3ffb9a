import type { Account } from '#connector'
import { dateOf, newestFirst, type Client, type Row } from './client.ts'
import { arrivalOf } from './live.ts'
import type { Settings } from './settings.ts'

const batchSize = 50
const dayMs = 86_400_000

/** Everything between `start` and `before` was handed over. */
export type HistoryCursor = { start: number, before: number, count: number, done: boolean }

/** Two streams, each newest first, as one. */
async function * merged(a: AsyncGenerator<Row>, b: AsyncGenerator<Row>): AsyncGenerator<Row> {
  let [one, other] = await Promise.all([a.next(), b.next()])
  while (!one.done || !other.done) {
    if (other.done || (!one.done && dateOf(one.value) >= dateOf(other.value))) {
      yield one.value!
      one = await a.next()
    } else {
      yield other.value
      other = await b.next()
    }
  }
}

/**
 * Hands over what was there before the account was connected, newest first, in batches, back to `historyDays` or `historyMessages`. It resumes at the date of the last
 * batch, so the messages of one second may come twice; their ids are the same. `moved` is told each cursor once it is stored. Progress counts days, since nobody knows how many messages there are.
 */
export async function backfill(client: Client, account: Account<Settings>, cursor: HistoryCursor, signal: AbortSignal, moved: (cursor: HistoryCursor) => void): Promise<void> {
  const { settings } = account
  const days = settings.historyDays ?? 90
  const floor = cursor.start - days * dayMs
  const most = settings.historyMessages ?? 10_000
  const progress = (before: number): { done: number, total: number } => ({ done: Math.min(days, Math.floor((cursor.start - before) / dayMs)), total: days })
  let { before, count } = cursor
  let rows: Row[] = []
  const store = async (): Promise<void> => {
    const batch = []
    for (const row of rows) batch.push(await arrivalOf(client, settings, row, signal))
    before = dateOf(rows.at(-1)!)
    count += rows.length
    rows = []
    const next: HistoryCursor = { start: cursor.start, before, count, done: false }
    await account.receive(batch, { lane: 'history', cursor: JSON.stringify(next), progress: progress(before) })
    moved(next)
  }
  if (days > 0) {
    const until = { dateSentBefore: new Date(before) }
    for await (const row of merged(newestFirst(client, { to: settings.number, ...until }, 100), newestFirst(client, { from: settings.number, ...until }, 100))) {
      if (dateOf(row) < floor || count + rows.length >= most) break
      // The filter is only promised to the day
      if (dateOf(row) > until.dateSentBefore.getTime() || row.status === 'scheduled') continue
      rows.push(row)
      if (rows.length === batchSize) await store()
    }
    if (rows.length > 0) await store()
  }
  await account.receive([], { lane: 'history', cursor: JSON.stringify({ start: cursor.start, before, count, done: true }), caughtUp: true, progress: { done: days, total: days } })
}
