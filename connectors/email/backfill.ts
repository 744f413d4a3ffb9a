import { setTimeout as pause } from 'node:timers/promises'
import type { Account } from '#connector'
import type { Bell } from './bell.ts'
import { writeCursor } from './cursor.ts'
import type { HistoryCursor, HistoryFolder, LiveCursor } from './cursor.ts'
import { fetchArrivals, fetchHeaders } from './fetch.ts'
import type { Limits } from './fetch.ts'
import type { Folder } from './folders.ts'
import { isRefusal } from './line.ts'
import type { Line } from './line.ts'
import { handOver } from './live.ts'
import type { EmailSettings } from './settings.ts'
import { uidsIn } from './watch-folder.ts'

/**
 * The history lane: everything below the live start of each folder, newest first, a batch from each folder in turn, on a
 * line of its own that is open only meanwhile. Its failures are its own: they are logged and tried again, and never
 * end the session. The bell makes it look again (a folder began anew). Returns when `signal` aborts.
 */
export async function historyLane({ account, connect, folders, live, stored, limits, retry, bell, signal }: {
  account: Account<EmailSettings>
  connect(): Promise<Line>
  folders: readonly Folder[]
  live: LiveCursor
  stored: HistoryCursor
  limits: Limits
  retry: number
  bell: Bell
  signal: AbortSignal
}): Promise<void> {
  const { clock, log, settings } = account
  const most = settings.backfill ?? Infinity
  let cursor = stored
  /** UIDs still to fetch, newest first. */
  const queues = new Map<string, number[]>()
  let delay = retry

  /** Where the backfill of a folder stands; anew when the folder began anew. */
  const standing = (path: string): HistoryFolder => {
    const now = live.folders[path]!
    const folder = cursor.folders[path]
    return folder?.validity === now.validity ? folder : { validity: now.validity, low: now.start, done: 0, complete: false }
  }
  const key = (path: string) => `${live.folders[path]!.validity} ${path}`
  const watched = () => folders.filter((folder) => live.folders[folder.path])
  const progress = () => {
    const done = watched().reduce((sum, folder) => sum + standing(folder.path).done, 0)
    return { done, total: done + watched().reduce((sum, folder) => sum + (queues.get(key(folder.path))?.length ?? 0), 0) }
  }

  while (!signal.aborted) {
    await bell.wait(signal)
    let line: Line | null = null
    try {
      while (!signal.aborted) {
        const open = watched().filter((folder) => !standing(folder.path).complete)
        if (open.length === 0) break
        line ??= await connect()
        for (const folder of open) if (!queues.has(key(folder.path))) await loadQueue(line, folder)
        const busy = open.filter((folder) => queues.get(key(folder.path))?.length)
        if (busy.length > 0) {
          for (const folder of busy) await fetchBatch(line, folder)
          delay = retry
          continue
        }
        const complete = { ...cursor.folders }
        for (const folder of open) complete[folder.path] = { ...standing(folder.path), complete: true }
        await handOver(account, [], { lane: 'history', cursor: writeCursor({ folders: complete }), caughtUp: true, progress: progress() }, signal)
        cursor = { folders: complete }
      }
    } catch (error) {
      if (signal.aborted) return
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'fetching old mail was interrupted; it goes on later')
      await pause(delay, undefined, { signal }).catch(() => {})
      delay = Math.min(delay * 2, retry * 20)
      bell.ring('again')
    } finally {
      line?.close()
    }
  }

  async function loadQueue(line: Line, folder: Folder): Promise<void> {
    const name = key(folder.path)
    const { validity, low, done } = standing(folder.path)
    let uids: number[] = []
    try {
      uids = low <= 1 || done >= most ? [] : await line.inFolder(folder.path, async (client, box) => {
        // The live lane notices the change and says where to begin.
        if (String(box.uidValidity) !== validity) throw new Error('UIDVALIDITY changed')
        return box.exists === 0 ? [] : (await uidsIn(client, `1:${low - 1}`)).filter((uid) => uid < low).reverse()
      })
    } catch (error) {
      if (!isRefusal(error)) throw error
      log.warn({ folder: folder.path }, 'the mail server does not open this folder; its old mail is left out')
    }
    queues.set(name, most === Infinity ? uids : uids.slice(0, Math.max(0, most - done)))
  }

  async function fetchBatch(line: Line, folder: Folder): Promise<void> {
    const name = key(folder.path)
    const queue = queues.get(name)!
    const { validity, done } = standing(folder.path)
    const batch = await line.inFolder(folder.path, async (client, box) => {
      if (String(box.uidValidity) !== validity) throw new Error('UIDVALIDITY changed')
      const { headers, until } = await fetchHeaders(client, queue, limits)
      return { until, arrivals: await fetchArrivals(client, folder, validity, headers, clock.now(), limits.largest) }
    })
    // The live lane may have begun this folder anew meanwhile: what we hold belongs to places that are gone.
    if (live.folders[folder.path]?.validity !== validity) return
    const next = { folders: { ...cursor.folders, [folder.path]: { validity, low: queue[batch.until - 1]!, done: done + batch.until, complete: false } } }
    const { total } = progress()
    await handOver(account, batch.arrivals, { lane: 'history', cursor: writeCursor(next), progress: { done: Math.min(total, progress().done + batch.until), total } }, signal)
    cursor = next
    queues.set(name, queue.slice(batch.until))
  }
}
