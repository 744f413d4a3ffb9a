import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifest } from './manifest.ts'
import { runTask, type TaskProgress } from './task.ts'

export type BackupRequest = {
  /** The data folder. */
  folder: string
  /** Where the backup is made, or brought up to date. Absolute. */
  target: string
  key: Manifest['key']
  /** Also over the backup of another Kinbox, or of this one before it was restored. */
  replace: boolean
  now: number
}

/** `added`: files that the folder did not have yet. `problems`: what could not be put into the backup, in words; it is made nevertheless. */
export type BackupSummary = Pick<Manifest, 'madeAt' | 'users' | 'messages' | 'files' | 'key'> & { added: number, databaseBytes: number, problems: string[] }

const lookMs = 250

/**
 * A backup of a data folder in use: the database as it is at one moment, and every file that it refers to. Only what the target lacks is
 * linked or copied. Checked by opening it. Until that is done, a backup that was there before stays whole. Throws TaskError.
 */
export async function backup(request: BackupRequest, at: { progress(progress: TaskProgress): void, signal: AbortSignal }): Promise<BackupSummary> {
  const partial = join(request.target, 'partial-kinbox.db')
  const total = (await stat(join(request.folder, 'kinbox.db'))).size
  let copying = true
  // The copy itself is one statement, which tells nothing: its file grows.
  const look = setInterval(() => void stat(partial).then(({ size }) => copying && at.progress({ stage: 'database', done: Math.min(size, total), total }), () => undefined), lookMs)
  try {
    return await runTask<BackupSummary>(new URL('./backup-task.ts', import.meta.url), { ...request, partial }, {
      signal: at.signal,
      progress(progress) {
        copying = progress.stage === 'database'
        at.progress(progress)
      }
    })
  } finally {
    copying = false
    clearInterval(look)
  }
}
