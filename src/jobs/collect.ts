import { rm } from 'node:fs/promises'
import { halfWritten } from '../blobs/files.ts'
import type { Blobs } from '../blobs/blobs.ts'
import type { Clock, Log } from '../model/ports.ts'
import type { Store } from '../store/store.ts'
import { removeRaw, unusedRaws } from '../store/unused.ts'
import { runTask } from './task.ts'
import type { Turn } from './turn.ts'
import type { UnusedFile } from './unused-files.ts'

const day = 86_400_000
const defaults = { graceMs: 7 * day, everyMs: day, lookMs: 3_600_000 }

/** Original bytes of messages that were taken back. Their files, if they were large, are unused then. */
export async function forgetRaws(store: Store): Promise<void> {
  const { digests, newest } = await store.read(unusedRaws)
  for (const digest of digests) await store.hot((tx) => removeRaw(tx, digest, newest), 'bulk')
}

/** Removes these files, and what a crash left half written, unless somebody has put them since `before` (ms). Returns how many of them were removed. */
export async function removeUnused(folder: string, blobs: Blobs, unused: readonly UnusedFile[], before: number): Promise<number> {
  await Promise.all(halfWritten(folder, before).map((path) => rm(path, { force: true })))
  return unused.filter(({ digest }) => blobs.removeOld(Buffer.from(digest, 'hex'), before)).length
}

/**
 * Once a day: removes files that nothing refers to (uploads that no message used, attachments of messages that were taken back) and that
 * nobody has put for a week, so that a folder does not grow by what is gone. Looks in a thread of its own; in a backup's or a verify's turn it waits.
 */
export function collector({ folder, store, blobs, clock, log, turn, ...given }: { folder: string, store: Store, blobs: Blobs, clock: Clock, log: Log, turn: Turn } & Partial<typeof defaults>): { run(): Promise<number>, start(): void, stop(): Promise<void> } {
  const { graceMs, everyMs, lookMs } = { ...defaults, ...given }
  const stopping = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<unknown> = Promise.resolve()
  let doneAt = -Infinity

  async function run(): Promise<number> {
    if (turn.who !== null || stopping.signal.aborted) return 0
    turn.who = 'collecting of unused files'
    try {
      const before = clock.now() - graceMs
      await forgetRaws(store)
      const unused = await runTask<UnusedFile[]>(new URL('./collect-task.ts', import.meta.url), { folder, before }, { progress: () => {}, signal: stopping.signal })
      const removed = await removeUnused(folder, blobs, unused, before)
      doneAt = clock.now()
      if (removed > 0) log.info({ removed }, 'files that nothing refers to were removed')
      return removed
    } finally {
      turn.who = null
    }
  }

  return {
    run,
    start() {
      timer = setInterval(() => {
        // Asked again when its turn comes: the one before may have taken longer than until this look.
        running = running.then(() => clock.now() - doneAt < everyMs ? undefined : run()).catch((error: unknown) => {
          if (!stopping.signal.aborted) log.warn({ error: error instanceof Error ? error.message : String(error) }, 'unused files could not be removed; tried again in an hour')
        })
      }, lookMs).unref()
    },
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await running
    }
  }
}
