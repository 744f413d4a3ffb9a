import type { Manifest } from './manifest.ts'
import { runTask, type TaskProgress } from './task.ts'

export type RestoreRequest = { source: string, to: string, force: boolean, keyElsewhere: boolean, now: number }

/** `aside`: where what was in the folder lies now. `waited`: messages that wait for the user's word. `problems`: what the backup lacks, in words. */
export type RestoreSummary = Pick<Manifest, 'madeAt' | 'users' | 'messages' | 'key' | 'files'> & { aside: string | null, keyInPlace: boolean, waited: number, problems: string[] }

type At = { progress(progress: TaskProgress): void, signal: AbortSignal }

/**
 * Puts a backup into a data folder that no server runs on. Refuses a folder with something in it, unless `force`: then that is moved
 * aside. The database comes last, so an interrupted restore is seen and may be done again. Throws TaskError.
 */
export function restore(request: RestoreRequest, at: At): Promise<RestoreSummary> {
  return runTask(new URL('./restore-task.ts', import.meta.url), request, at)
}

/**
 * Reads a whole backup: its database against the checksum, its structure, and each file against its digest. Nothing is
 * changed. Throws TaskError where there is no backup, or its database is not what was backed up; what else is wrong is returned in words.
 */
export function checkBackup(source: string, at: At): Promise<{ manifest: Manifest, problems: string[] }> {
  return runTask(new URL('./restore-task.ts', import.meta.url), { source }, at)
}
