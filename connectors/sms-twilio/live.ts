import { remoteId, type Account, type Arrival } from '#connector'
import { dateOf, newestFirst, toRow, type Client, type Row } from './client.ts'
import type { Ledger } from './ledger.ts'
import { fetchMedia, mediaOfMessage } from './media.ts'
import { receiptStatus, toBytes, toReceipt } from './parse.ts'
import type { Settings } from './settings.ts'

/** How far before the last poll a message may still turn up in the list: slow listing, clocks that differ, outgoing ones held back by the ledger. */
const overlapMs = 15 * 60_000
/** How long a status is asked for: carriers report hours later, or never. */
const pendingMs = 24 * 3_600_000
const batchSize = 50
const maxPending = 20

/** What the live lane remembers: everything up to `since` was handed over; `seen` are the sids of the window before it (and those whose status is still open) with date and status. */
export type LiveCursor = { floor: number, since: number, seen: Record<string, [at: number, status: string]> }

/** A cursor that begins now, and a minute earlier (clocks differ): what is older is left to the history lane. */
export function beginLive(now: number): LiveCursor {
  return { floor: now - 60_000, since: now, seen: {} }
}

const isOpen = (status: string): boolean => receiptStatus(status) === 'sent'

/** A listed message with its media, as the core takes it. */
export async function arrivalOf(client: Client, settings: Settings, row: Row, signal: AbortSignal): Promise<Arrival> {
  const media = row.num_media > 0 ? await fetchMedia(settings, await mediaOfMessage(client, row.sid), signal) : []
  return { remoteId: remoteId(row.sid), at: dateOf(row), raw: toBytes({ source: 'rest', fields: row, media }) }
}

/**
 * One look at the list, both directions, back to the last look: hands over what is new (oldest first, in batches, the cursor with each) and what has changed its status.
 * Resolves with the new cursor once all is stored. `handed` are sids that the webhook stored, with their time; those that the cursor has taken over are removed.
 */
export async function pollOnce(client: Client, account: Account<Settings>, ledger: Ledger, cursor: LiveCursor, handed: Map<string, number>, signal: AbortSignal): Promise<LiveCursor> {
  const { settings, clock } = account
  const now = clock.now()
  const from = Math.max(cursor.since - overlapMs, cursor.floor)
  const seen = { ...cursor.seen }
  const fresh: Row[] = []
  const receipts: Arrival[] = []
  const listed = new Set<string>()

  const changed = (row: Row): void => {
    const receipt = toReceipt(row.sid, row.status, row.error_code, ledger.attemptOf(row.sid))
    if (receipt) receipts.push({ at: now, incoming: receipt })
    seen[row.sid] = [dateOf(row), row.status]
  }
  for (const filter of [{ to: settings.number }, { from: settings.number }]) {
    for await (const row of newestFirst(client, { ...filter, dateSentAfter: new Date(from) }, 100)) {
      // The filter is only promised to the day
      if (dateOf(row) < from - 1000) break
      if (listed.has(row.sid) || row.status === 'scheduled') continue
      listed.add(row.sid)
      const before = seen[row.sid]
      const out = row.direction.startsWith('outbound')
      if (before) {
        if (out && before[1] !== row.status) changed(row)
      } else if (handed.has(row.sid)) {
        seen[row.sid] = [dateOf(row), row.status]
      } else if (out && ledger.attemptOf(row.sid)) {
        changed(row)
      } else if (!out || !ledger.waits(row, now)) {
        fresh.push(row)
      }
    }
  }
  const pending = Object.entries(seen).filter(([sid, [, status]]) => isOpen(status) && !listed.has(sid)).sort((a, b) => b[1][0] - a[1][0]).slice(0, maxPending)
  for (const [sid, [, status]] of pending) {
    const row = await client.messages(sid).fetch().then(toRow, (error: unknown) => {
      // Deleted at Twilio, by the user or by its retention: its status will never change again
      if ((error as { status?: unknown }).status === 404) return null
      throw error
    })
    if (!row) delete seen[sid]
    else if (row.status !== status) changed(row)
  }

  fresh.sort((a, b) => dateOf(a) - dateOf(b))
  for (let i = 0; i < fresh.length; i += batchSize) {
    const batch: Arrival[] = []
    for (const row of fresh.slice(i, i + batchSize)) {
      batch.push(await arrivalOf(client, settings, row, signal))
      seen[row.sid] = [dateOf(row), row.status]
    }
    await account.receive(batch, { lane: 'live', cursor: JSON.stringify({ ...cursor, seen }) })
  }
  const taken = [...handed]
  for (const [sid, at] of taken) seen[sid] ??= [at, 'received']
  const next: LiveCursor = {
    floor: cursor.floor, since: now,
    seen: Object.fromEntries(Object.entries(seen).filter(([, [at, status]]) => at >= now - overlapMs - 1000 || (isOpen(status) && at > now - pendingMs)))
  }
  await account.receive(receipts, { lane: 'live', cursor: JSON.stringify(next), caughtUp: true })
  for (const [sid] of taken) handed.delete(sid)
  return next
}
