import Database from 'better-sqlite3'
import { StartError } from './start-error.ts'

export type SqliteDatabase = Database.Database
export type SqliteStatement = Database.Statement<unknown[]>

/** Older ones can corrupt the database when the write-ahead log is reset. */
const oldestSafe = [3, 51, 3]

/** Throws StartError for an SQLite that could damage the data. */
export function checkSqliteVersion(version: string): void {
  const parts = version.split('.').map(Number)
  for (const [i, least] of oldestSafe.entries()) {
    const part = parts[i] ?? 0
    if (part > least) return
    if (part < least) throw new StartError(`The SQLite library is ${version}, and those before ${oldestSafe.join('.')} can damage the database. Run npm ci again, so that the version in package-lock.json is installed.`)
  }
}

/** What every connection to the main file is set to. `synchronous` must be said each time: the driver's build falls back to NORMAL, and a commit could be lost with the power. */
export const pragmas = ['synchronous = FULL', 'foreign_keys = ON', 'busy_timeout = 5000', 'trusted_schema = OFF', 'cache_size = -32768', 'temp_store = MEMORY']

/** Throws when a connection would not keep what it commits. */
export function checkPragmas(db: SqliteDatabase): void {
  const found = (['journal_mode', 'synchronous', 'foreign_keys'] as const).map(name => `${name}=${db.pragma(name, { simple: true })}`).join(' ')
  if (found !== 'journal_mode=wal synchronous=2 foreign_keys=1') {
    throw new StartError(`The database does not take the settings that keep data safe (${found}). Put the data folder on a local disk: network file systems do not work.`)
  }
}

/** A second connection, for reading only. */
export function openReader(file: string): SqliteDatabase {
  const db = new Database(file, { readonly: true, fileMustExist: true })
  for (const pragma of pragmas) db.pragma(pragma)
  checkPragmas(db)
  return db
}
