import { randomUUID } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { readerOf, Statements } from './connection.ts'
import type { Reader } from './tx.ts'

/**
 * Copies a database as it is at one moment into a new file, with what is still in the write-ahead log and without what was
 * deleted. Writers do not wait. Takes as long as the database is large: for a thread of its own. The copy is not synced.
 */
export function copyDatabase(file: string, target: string): void {
  closeSync(openSync(target, 'wx', 0o600))
  const db = new Database(file, { readonly: true, fileMustExist: true })
  try {
    db.pragma('busy_timeout = 5000')
    db.prepare('VACUUM INTO ?').run(target)
  } finally {
    db.close()
  }
}

/** What a backup's summary says. `migrations` by name: which version wrote it. */
export function summaryOf(tx: Reader): { logId: string, users: number, messages: number, migrations: string[] } {
  const count = (sql: string) => tx.get<{ n: number }>(sql)!.n
  return {
    logId: tx.get<{ value: string }>("SELECT value FROM meta WHERE key = 'log_id'")?.value ?? '',
    users: count('SELECT count(*) AS n FROM user'),
    messages: count('SELECT count(*) AS n FROM message'),
    migrations: tx.all<{ name: string }>('SELECT name FROM mikro_orm_migrations ORDER BY id').map(({ name }) => name)
  }
}

/**
 * Makes a copied file the beginning of another history: a new log id, so that clients take a new snapshot. What waited to be
 * sent when it was copied may have gone since: it is marked as half sent, which the next start treats as uncertain, so
 * that nothing is sent twice by itself. Returns how many.
 */
export function restoreDatabase(file: string): { waited: number } {
  const db = new Database(file, { fileMustExist: true })
  try {
    db.pragma('synchronous = FULL')
    return db.transaction(() => {
      db.prepare("INSERT INTO meta (key, value) VALUES ('log_id', ?1) ON CONFLICT DO UPDATE SET value = ?1").run({ 1: randomUUID() })
      return { waited: db.prepare("UPDATE dispatch SET state = 'sending' WHERE state = 'queued'").run().changes }
    }).immediate()
  } finally {
    db.close()
  }
}

/** Brings what a crash left in the write-ahead log into the file itself, so that it may be moved. Where that cannot be done, the log stays beside it. */
export function settleDatabase(file: string): void {
  try {
    const db = new Database(file, { fileMustExist: true })
    db.pragma('wal_checkpoint(TRUNCATE)')
    db.close()
  } catch {
    // Damaged: it is kept as it is.
  }
}

/** Reads a file that nobody writes: a copy. */
export function openCopy(file: string): { tx: Reader, close(): void } {
  const db = new Database(file, { readonly: true, fileMustExist: true })
  return { tx: readerOf(new Statements(db)), close: () => void db.close() }
}
