import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { makeFolder } from './make-folder.ts'
import { StartError } from './start-error.ts'

/**
 * Makes this process the only owner of a data folder, creating the folder where there is none. The lock is an exclusive
 * SQLite lock on `owner.lock`: the operating system frees it however the process ends, so there is nothing to clean up.
 * Throws StartError when another process owns the folder, or when it cannot be written.
 */
export function ownFolder(folder: string): { release(): void } {
  const file = join(folder, 'owner.lock')
  try {
    makeFolder(folder)
    closeSync(openSync(file, 'a', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw new StartError(`The disk of the data folder ${folder} is full. Free some space there, and try again.`, error)
    throw new StartError(`The data folder ${folder} cannot be written (${(error as Error).message}). Make it writable for this user, or name another one in KINBOX_DATA.`, error)
  }
  const db = new Database(file, { timeout: 0 })
  try {
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    if ((error as { code?: string }).code === 'SQLITE_FULL') throw new StartError(`The disk of the data folder ${folder} is full. Free some space there, and try again.`, error)
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw new StartError(`The lock ${file} cannot be taken (${(error as Error).message}). Put the data folder on a local disk; if the file is damaged, delete it while no Kinbox runs.`, error)
    throw new StartError(`Another Kinbox already runs on the data folder ${folder}. Stop it first, or give this one a folder of its own in KINBOX_DATA.`, error)
  }
  return { release: () => void db.close() }
}
