import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { readerOf, Statements } from './connection.ts'
import { StartError } from './start-error.ts'
import type { Reader } from './tx.ts'

/**
 * Opens a database file for reading beside its owner, for work that takes long (a copy, a check), in a thread of its own:
 * everything read is as at one moment, and no writer waits for it. Throws StartError where there is no database.
 */
export function openSnapshot(file: string): { tx: Reader, close(): void } {
  if (!existsSync(file)) throw new StartError(`There is no database ${file}. Name the right folder.`)
  const db = new Database(file, { readonly: true })
  try {
    for (const pragma of ['busy_timeout = 5000', 'trusted_schema = OFF', 'temp_store = MEMORY']) db.pragma(pragma)
    db.exec('BEGIN')
    const tx = readerOf(new Statements(db))
    tx.get('SELECT count(*) AS n FROM sqlite_schema')   // a transaction sees its moment from the first read on
    return { tx, close: () => void db.close() }
  } catch (error) {
    db.close()
    throw error
  }
}
