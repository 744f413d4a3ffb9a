import { closeSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { readerOf, Statements } from './connection.ts'
import { openReader } from './sqlite.ts'
import type { SqliteDatabase } from './sqlite.ts'
import type { Reader, Value } from './tx.ts'

/** Another number means other words or columns: the index is made anew. */
const version = '5'
const name = 'search.db'
/** Every connection has a cache of its own, and each of these reads a message but once or twice. The index is mapped: the system keeps it while there is room. */
const smallCache = 'cache_size = -8192'

/** What writes the index. Outside of `transaction` each statement is one. */
export type IndexWriter = Reader & { run(sql: string, ...values: Value[]): number }

export type IndexFile = {
  tx: IndexWriter
  /** One BEGIN IMMEDIATE; when `fn` throws, nothing of it is written. */
  transaction<T>(fn: () => T): T
  close(): void
}

/** The database and the index, for reading beside their writers. */
export type SearchFiles = {
  /** One consistent view of each. They are two files: the index may be behind the database by a moment. */
  read<T>(fn: (main: Reader, index: Reader) => T): T
  close(): void
}

/**
 * Opens `<folder>/search.db` for the one thread that writes it, making it when it is missing, of another version, or of another
 * log than `logId` (a restored backup). It holds nothing that cannot be made again, so it is not synced with each commit.
 */
export function openIndexFile(folder: string, logId: string): IndexFile {
  let db = opened(folder)
  if (!fits(db, logId)) {
    db.close()
    removeIndexFile(folder)
    db = opened(folder)
    db.exec(schema)
    const set = db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)')
    db.transaction(() => {
      set.run('log_id', logId)
      set.run('version', version)
    })()
  }
  const statements = new Statements(db)
  const run = (sql: string, ...values: Value[]) => statements.of(sql).run(values)
  return {
    tx: { ...readerOf(statements), run },
    transaction(fn) {
      statements.of('BEGIN IMMEDIATE').run()
      try {
        const result = fn()
        statements.of('COMMIT').run()
        return result
      } finally {
        if (db.inTransaction) db.exec('ROLLBACK')
      }
    },
    close: () => void db.close()
  }
}

/** Takes the index away: it was damaged, and is made again. */
export function removeIndexFile(folder: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(join(folder, name + end), { force: true })
}

/** Opens both files for reading. Throws where there is no index yet. */
export function openSearchFiles(folder: string): SearchFiles {
  const main = openReader(join(folder, 'kinbox.db'))
  main.pragma(smallCache)
  try {
    const index = new Database(join(folder, name), { readonly: true, fileMustExist: true })
    for (const pragma of ['busy_timeout = 5000', 'cache_size = -4096', 'temp_store = MEMORY', 'mmap_size = 536870912']) index.pragma(pragma)
    const [mains, indexes] = [new Statements(main), new Statements(index)]
    const [mainReader, indexReader] = [readerOf(mains), readerOf(indexes)]
    return {
      read(fn) {
        mains.of('BEGIN').run()
        indexes.of('BEGIN').run()
        try {
          return fn(mainReader, indexReader)
        } finally {
          indexes.of('COMMIT').run()
          mains.of('COMMIT').run()
        }
      },
      close() {
        main.close()
        index.close()
      }
    }
  } catch (error) {
    main.close()
    throw error
  }
}

/** The database for reading, in a thread of its own. */
export function openMainReader(folder: string): { read<T>(fn: (tx: Reader) => T): T, close(): void } {
  const db = openReader(join(folder, 'kinbox.db'))
  db.pragma(smallCache)
  const statements = new Statements(db)
  const reader = readerOf(statements)
  return {
    read(fn) {
      statements.of('BEGIN').run()
      try {
        return fn(reader)
      } finally {
        statements.of('COMMIT').run()
      }
    },
    close: () => void db.close()
  }
}

/** Whether an error says that a file is damaged. */
export function isDamage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^SQLITE_(CORRUPT|NOTADB)/.test(String(error.code))
}

function opened(folder: string): SqliteDatabase {
  // Words of all mails are in it.
  closeSync(openSync(join(folder, name), 'a', 0o600))
  const db = new Database(join(folder, name))
  try {
    for (const pragma of ['journal_mode = WAL', 'synchronous = NORMAL', 'busy_timeout = 5000', 'cache_size = -16384', 'temp_store = MEMORY']) db.pragma(pragma)
    return db
  } catch (error) {
    db.close()
    if (!isDamage(error)) throw error
    removeIndexFile(folder)
    return opened(folder)
  }
}

function fits(db: SqliteDatabase, logId: string): boolean {
  if (!db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").get()) return false
  const meta = new Map((db.prepare('SELECT key, value FROM meta').all() as { key: string, value: string }[]).map(({ key, value }) => [key, value]))
  return meta.get('version') === version && meta.get('log_id') === logId
}

/**
 * `follow`: how far each user's log is taken in; while the index of a user is made anew, `scan` is the message it has reached.
 * `entry`: which message is at which place of a user's index, and what was indexed of it. The texts are in a table for each user.
 * `title`: the words by which a conversation that has a name of its own is called.
 */
const schema = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE follow (user_id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, scan INTEGER) STRICT;
CREATE TABLE entry (user_id INTEGER NOT NULL, key INTEGER NOT NULL, message_id INTEGER NOT NULL, stamp BLOB, PRIMARY KEY (user_id, key)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX entry_message ON entry (message_id);
CREATE TABLE title (user_id INTEGER NOT NULL, conversation_id INTEGER NOT NULL, words TEXT NOT NULL, PRIMARY KEY (user_id, conversation_id)) STRICT, WITHOUT ROWID;
CREATE TABLE channel (user_id INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (user_id, name)) STRICT, WITHOUT ROWID;
`
