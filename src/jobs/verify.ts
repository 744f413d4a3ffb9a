import { forgetRaws, removeUnused } from './collect.ts'
import { runTask, type TaskProgress } from './task.ts'
import type { UnusedFile } from './unused-files.ts'
import type { Store } from '../store/store.ts'
import { Changes } from '../feed/append.ts'
import type { Blobs } from '../blobs/blobs.ts'
import type { Clock } from '../model/ports.ts'
import { mend } from '../store/mend.ts'
import type { Mend } from '../store/verify.ts'

/** What is wrong, in words. `repaired`: it was, and is not any more. `repairable`: with --repair. */
export type Finding = { kind: 'database' | 'reference' | 'counter' | 'log' | 'file', text: string, repairable: boolean, repaired: boolean }

/** `unused`: files that nothing refers to, older than a day, and how many of them were removed. */
export type VerifySummary = { findings: Finding[], messages: number, files: { count: number, bytes: number }, unused: { count: number, bytes: number, removed: number } }

/** What the thread that reads finds. `unused`: digests in hex; `partial`: paths. */
export type Read = { wrong: { kind: Finding['kind'], text: string, mend: Mend | null }[], messages: number, files: { count: number, bytes: number }, unused: UnusedFile[] }

type Deps = { folder: string, store: Store, blobs: Blobs, clock: Clock, wakeup: { notify(userId: number): void } }

/** Put again within a day, a file may be about to be committed. No transaction takes that long. */
export const unusedMs = 86_400_000

/**
 * Reads everything as at one moment, while the server goes on: counters, logs, files, references. `repair` computes again what is derived,
 * as it then is; `collect` removes files that nothing has needed for a day. Throws TaskError.
 */
export async function verify({ folder, store, blobs, clock, wakeup }: Deps, { repair, collect }: { repair: boolean, collect: boolean }, at: { progress(progress: TaskProgress): void, signal: AbortSignal }): Promise<VerifySummary> {
  if (collect) await forgetRaws(store)
  const before = clock.now() - unusedMs
  const read = await runTask<Read>(new URL('./verify-task.ts', import.meta.url), { folder, before }, at)
  // A damaged file must not be written to.
  const mends = repair && !read.wrong.some(({ kind }) => kind === 'database')
  const findings: Finding[] = []
  for (const { kind, text, mend: how } of read.wrong) {
    if (mends && how) await repairOne(how)
    findings.push({ kind, text, repairable: how !== null, repaired: mends && how !== null })
  }
  const removed = collect ? await removeUnused(folder, blobs, read.unused, before) : 0
  return { findings, messages: read.messages, files: read.files, unused: { count: read.unused.length, bytes: read.unused.reduce((sum, { size }) => sum + size, 0), removed } }

  async function repairOne(how: Mend): Promise<void> {
    await store.hot((tx) => {
      const changes = new Changes(how.userId)
      mend(tx, changes, how)
      if (!changes.empty) changes.append(tx, clock.now())
    }, 'bulk')
    wakeup.notify(how.userId)
  }
}
