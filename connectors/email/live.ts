import { ConnectorError } from '#connector'
import type { Account, Arrival, ReceiveAt } from '#connector'
import type { Bell } from './bell.ts'
import { writeCursor } from './cursor.ts'
import type { LiveCursor } from './cursor.ts'
import { fetchArrivals, fetchHeaders } from './fetch.ts'
import type { Limits } from './fetch.ts'
import type { Folder } from './folders.ts'
import { isRefusal, stopped } from './line.ts'
import type { Line } from './line.ts'
import type { EmailSettings } from './settings.ts'
import { beginFolder, changesSince, firstSince, nextUid, tellsOf, uidsIn } from './watch-folder.ts'
import type { Flags } from './watch-folder.ts'

/** One hand-over of removals and flags holds at most this many. */
const changesPerBatch = 500

/** Hands a batch to the core. Throws a ConnectorError 'later' where it could not be stored: the next session begins at the same cursor. */
export async function handOver(account: Account<EmailSettings>, batch: Arrival[], at: ReceiveAt, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw stopped()
  try {
    await account.receive(batch, at)
  } catch (cause) {
    throw new ConnectorError('not-stored', 'New mail arrived but could not be stored here. Look at the free space and the log of Kinbox; nothing is lost, and it is fetched again.', { retry: 'later', cause })
  }
}

/**
 * The live lane: looks at every folder, hands over what is new, changed or gone, and does so again whenever the bell rings.
 * `vanished` is filled by the line with UIDs the server reports as expunged. `moved` is called when a folder begins anew, so that
 * the backfill looks again. Returns when `signal` aborts; throws ConnectorError when the line or the store fails.
 */
export async function liveLane({ account, line, folders, cursor, bell, limits, flagsEvery, vanished, moved, signal }: {
  account: Account<EmailSettings>
  line: Line
  folders: readonly Folder[]
  cursor: LiveCursor
  bell: Bell
  limits: Limits
  flagsEvery: number
  vanished: Set<number>
  moved(): void
  signal: AbortSignal
}): Promise<void> {
  const { clock, log } = account
  let flagsDue = true
  const timer = setInterval(() => { flagsDue = true }, flagsEvery)
  try {
    let rung = new Set(['poll'])
    for (let first = true; !signal.aborted; first = false) {
      const compare = flagsDue || rung.has('flags')
      const everything = rung.has('poll')
      if (everything) flagsDue = false
      for (const folder of folders) {
        if (folder.role !== 'inbox' && !everything) continue
        try {
          await syncFolder(folder, compare)
        } catch (error) {
          // A folder that was deleted or closed to us must not silence the others.
          if (!isRefusal(error) || signal.aborted) throw error
          if (folder.role === 'inbox') throw new ConnectorError('no-inbox', 'The mail server does not let Kinbox open the inbox. Kinbox keeps trying; if it stays so, ask your provider.', { retry: 'later' })
          log.warn({ folder: folder.path }, 'the mail server does not open this folder; it is left out for now')
        }
      }
      if (first) {
        await handOver(account, [], { lane: 'live', cursor: writeCursor(cursor), caughtUp: true }, signal)
        moved()
      }
      rung = await bell.wait(signal)
    }
  } finally {
    clearInterval(timer)
  }

  async function syncFolder(folder: Folder, compare: boolean): Promise<void> {
    const found = await line.inFolder(folder.path, async (client, box) => {
      const known = cursor.folders[folder.path]
      if (!known) return { begin: await beginFolder(client, box, await nextUid(client, box), clock.now()) }
      if (known.validity !== String(box.uidValidity)) return { begin: await beginFolder(client, box, await firstSince(client, box, known.at), clock.now()), again: true }
      const next = await nextUid(client, box)
      // `n:*` names the last mail even where its UID is below n (RFC 9051 section 9, seq-range).
      const uids = next > known.next ? (await uidsIn(client, `${known.next}:*`)).filter((uid) => uid >= known.next) : []
      const tells = tellsOf(client, box)
      const changed = tells.flags ? String(box.highestModseq) !== known.modseq : known.modseq !== undefined || compare
      return { uids, next, changed: changed || box.exists !== known.count || uids.length > 0 }
    })

    if (found.begin) {
      cursor.folders[folder.path] = found.begin
      if (found.again) {
        log.info({ folder: folder.path }, 'the folder was made anew on the server (UIDVALIDITY changed); it is read again')
        await handOver(account, [{ at: clock.now(), incoming: { type: 'removal', folder: folder.path } }], { lane: 'live', cursor: writeCursor(cursor) }, signal)
        moved()
        await syncFolder(folder, compare)
      }
      return
    }

    const known = cursor.folders[folder.path]!
    const fresh = new Map<number, Flags>()
    for (let rest = found.uids; rest.length > 0;) {
      // The line is free between two batches, so that sending and marking need not wait for a long catch-up.
      const batch = await line.inFolder(folder.path, async (client, box) => {
        if (String(box.uidValidity) !== known.validity) return null
        const { headers, until } = await fetchHeaders(client, rest, limits)
        return { headers, until, arrivals: await fetchArrivals(client, folder, known.validity, headers, clock.now(), limits.largest) }
      })
      if (!batch) return await syncFolder(folder, compare)
      for (const header of batch.headers) fresh.set(header.uid, { seen: header.seen, flagged: header.flagged })
      known.next = rest[batch.until - 1]! + 1
      known.at = clock.now()
      rest = rest.slice(batch.until)
      if (batch.arrivals.length > 0) await handOver(account, batch.arrivals, { lane: 'live', cursor: writeCursor(cursor) }, signal)
    }
    known.next = Math.max(known.next, found.next)
    if (!found.changed) return

    const changes = await line.inFolder(folder.path, async (client, box) => {
      if (String(box.uidValidity) !== known.validity) return null
      return await changesSince(client, folder.path, box, known, fresh, vanished, clock)
    })
    if (!changes) return await syncFolder(folder, compare)
    for (let index = 0; index + changesPerBatch < changes.arrivals.length; index += changesPerBatch) {
      await handOver(account, changes.arrivals.slice(index, index + changesPerBatch), { lane: 'live' }, signal)
    }
    Object.assign(known, changes.keep)
    // Without a change to tell, the new mod-sequence is stored with the next hand-over: an older one only repeats flags.
    const last = changes.arrivals.slice(Math.floor(Math.max(0, changes.arrivals.length - 1) / changesPerBatch) * changesPerBatch)
    if (last.length > 0) await handOver(account, last, { lane: 'live', cursor: writeCursor(cursor) }, signal)
  }
}
