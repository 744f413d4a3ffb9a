import { randomUUID } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { MikroORM } from '@mikro-orm/sqlite'
import type { EntityManager, SqliteConnection } from '@mikro-orm/sqlite'
import { Ids, readerOf, refusePromise, Statements, Transaction } from './connection.ts'
import type { Clock, Log } from './given.ts'
import { migrate } from './migrate.ts'
import { ormOptions } from './orm.ts'
import type { Lock } from './orm.ts'
import { checkPragmas, checkSqliteVersion, openReader } from './sqlite.ts'
import type { SqliteDatabase } from './sqlite.ts'
import { makeFolder } from './make-folder.ts'
import { StartError } from './start-error.ts'
import type { Store } from './store.ts'
import { isBusy, troubleOf } from './trouble.ts'
import type { Reader, WriteLane, Writer } from './tx.ts'
import { takeTrialBack, writeTrial } from './writable.ts'
import { WriterQueue } from './writer-queue.ts'

/** Looked at after so many commits, the write-ahead log is copied into the main file when it is longer than so many pages. */
const commitsPerLook = 16
const pagesPerCheckpoint = 1000
/** How long a write waits for somebody else's to end, and how often it looks. Once that was in vain, the next ones do not wait until one has succeeded. */
const busyMs = 5_000
const busyLookMs = 50
/** Between two tries to write, after one that failed by the disk or a lock. */
const trialMs = 2_000

/**
 * Opens `<folder>/kinbox.db`, making or migrating it. The caller owns the folder (folder-lock.ts).
 * Throws StartError: an unsafe SQLite, a newer schema, a folder that cannot be written, a file that is no database.
 */
export async function openStore(options: { folder: string, clock: Clock, log: Log }): Promise<Store> {
  const file = join(options.folder, 'kinbox.db')
  makeFile(options.folder, file)
  const lock: Lock = { held: false }
  const orm = await MikroORM.init(ormOptions(file, lock))
  try {
    const writing = await (orm.em.getConnection() as SqliteConnection).getNativeClient()
    checkSqliteVersion((writing.prepare('SELECT sqlite_version() AS version').get() as { version: string }).version)
    checkPragmas(writing)
    await migrate(orm, writing, file, options.clock)
    const logId = ensureLogId(writing, options.clock.now())
    checkPragmas(writing)
    return new SqliteStore(orm, lock, writing, openReader(file), logId, options.log)
  } catch (error) {
    await orm.close(true)
    if (error instanceof StartError) throw error
    throw new StartError(`The database ${file} cannot be opened: ${troubleOf(error) ?? (error as Error).message}`, error)
  }
}

class SqliteStore implements Store {
  readonly logId: string
  readonly #orm: MikroORM
  readonly #lock: Lock
  readonly #writing: SqliteDatabase
  readonly #statements: Statements
  readonly #ids: Ids
  readonly #reading: SqliteDatabase
  readonly #reads: Statements
  readonly #reader: Reader
  readonly #queue = new WriterQueue()
  readonly #log: Log
  #trouble: string | null = null
  #trial: NodeJS.Timeout | null = null
  #commits = 0
  #closing: Promise<void> | null = null

  constructor(orm: MikroORM, lock: Lock, writing: SqliteDatabase, reading: SqliteDatabase, logId: string, log: Log) {
    this.#orm = orm
    this.#lock = lock
    this.#writing = writing
    // Waiting in the database would hold up everything else in this thread, reads too.
    writing.pragma('busy_timeout = 0')
    this.#statements = new Statements(writing)
    this.#ids = new Ids(this.#statements)
    this.#reading = reading
    this.#reads = new Statements(reading)
    this.#reader = readerOf(this.#reads)
    this.logId = logId
    this.#log = log
  }

  get trouble(): string | null {
    return this.#trouble
  }

  get waiting(): number {
    return this.#queue.waiting
  }

  async read<T>(fn: (tx: Reader) => T): Promise<T> {
    // A read from inside a read already has its view.
    if (this.#reading.inTransaction) return fn(this.#reader)
    this.#reads.of('BEGIN').run()
    try {
      const result = fn(this.#reader)
      refusePromise(result)
      return result
    } finally {
      this.#reads.of('COMMIT').run()
    }
  }

  hot<T>(fn: (tx: Writer) => T, lane: WriteLane = 'live'): Promise<T> {
    return this.#queue.enter(lane, () => this.#settle((begun) => this.#immediate(fn, begun)))
  }

  cold<T>(fn: (em: EntityManager, tx: Writer) => Promise<T>, lane: WriteLane = 'live'): Promise<T> {
    return this.#queue.enter(lane, () => this.#settle(async (begun) => {
      const tx = new Transaction(this.#writing, this.#statements, this.#ids)
      this.#statements.of('BEGIN IMMEDIATE').run()
      begun()
      this.#lock.held = true
      try {
        return await this.#orm.em.fork().transactional(em => fn(em, tx))
      } finally {
        this.#lock.held = false
        tx.end()
      }
    }))
  }

  close(): Promise<void> {
    if (this.#trial) clearTimeout(this.#trial)
    return this.#closing ??= this.#queue.close().then(async () => {
      this.#reading.close()
      await this.#orm.close(true)
    })
  }

  #immediate<T>(fn: (tx: Writer) => T, begun: () => void): T {
    const tx = new Transaction(this.#writing, this.#statements, this.#ids)
    this.#statements.of('BEGIN IMMEDIATE').run()
    begun()
    try {
      const result = fn(tx)
      refusePromise(result)
      this.#statements.of('COMMIT').run()
      return result
    } finally {
      tx.end()
    }
  }

  /** Runs one transaction and leaves none behind, whatever happened. `begun` is called when it has the lock. */
  async #settle<T>(transaction: (begun: () => void) => T | Promise<T>): Promise<T> {
    if (this.#writing.inTransaction) throw new Error('a write bypassed the queue')
    const written = this.#trouble === null ? null : this.#written()
    try {
      const result = await this.#patiently(transaction)
      if (this.#writing.inTransaction) throw new Error('the transaction was not committed')
      // One that changed nothing says nothing about the disk.
      if (written === null || this.#written() !== written) this.#trouble = null
      this.#committed()
      return result
    } catch (error) {
      this.#trouble = troubleOf(error) ?? this.#trouble
      if (this.#trouble !== null) this.#tryLater()
      throw error
    } finally {
      if (this.#writing.inTransaction) this.#writing.exec('ROLLBACK')
    }
  }

  /** Begins again while another process writes; the event loop turns meanwhile. */
  async #patiently<T>(transaction: (begun: () => void) => T | Promise<T>): Promise<T> {
    let begun = false
    for (const until = this.#trouble === null ? performance.now() + busyMs : 0; ;) {
      try {
        return await transaction(() => { begun = true })
      } catch (error) {
        if (begun || !isBusy(error) || performance.now() >= until) throw error
        await pause(busyLookMs)
      }
    }
  }

  /** Whether it works again is found out without anybody's asking: nobody may come who writes. */
  #tryLater(): void {
    this.#trial ??= setTimeout(() => {
      this.#trial = null
      if (this.#closing || this.#trouble === null) return
      this.hot(writeTrial, 'bulk').then(() => this.hot(takeTrialBack, 'bulk')).catch(() => undefined)
    }, trialMs).unref()
  }

  #written(): number {
    return (this.#statements.of('SELECT total_changes() AS n').get() as { n: number }).n
  }

  #committed(): void {
    if (++this.#commits % commitsPerLook !== 0) return
    const [wal] = this.#writing.pragma('wal_checkpoint(NOOP)') as { log: number, checkpointed: number }[]
    if (!wal || wal.log - wal.checkpointed < pagesPerCheckpoint) return
    setImmediate(() => {
      if (this.#closing) return   // closing copies it too
      this.#queue.enter('bulk', () => this.#checkpoint()).catch((error: unknown) => this.#log.warn({ error: (error as Error).message }, 'The write-ahead log could not be copied into the database; it grows until that works'))
    })
  }

  #checkpoint(): void {
    this.#writing.pragma('wal_checkpoint(PASSIVE)')
  }
}

function makeFile(folder: string, file: string): void {
  try {
    makeFolder(folder)
    closeSync(openSync(file, 'a', 0o600))
  } catch (error) {
    throw new StartError(`The data folder ${folder} cannot be written (${(error as Error).message}). Make it writable for this user, or name another one in KINBOX_DATA.`, error)
  }
}

/** Also the first write after each open: it shows that the file can be written, and a setting that a write undoes is found by the check after it. */
function ensureLogId(db: SqliteDatabase, now: number): string {
  db.prepare("INSERT INTO meta (key, value) VALUES ('opened_at', ?1) ON CONFLICT DO UPDATE SET value = ?1").run({ 1: String(now) })
  db.prepare("INSERT INTO meta (key, value) VALUES ('log_id', ?) ON CONFLICT DO NOTHING").run(randomUUID())
  return (db.prepare("SELECT value FROM meta WHERE key = 'log_id'").get() as { value: string }).value
}
