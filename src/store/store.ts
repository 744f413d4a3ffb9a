import type { EntityManager } from '@mikro-orm/sqlite'
import type { Reader, Writer, WriteLane } from './tx.ts'

/**
 * The one door to the database. Its face is asynchronous; inside a transaction everything is synchronous (`read`, `hot`).
 * `hot` and `cold` go through one queue, one job at a time, live before bulk; a job that enters the queue again is refused.
 */
export type Store = {
  /** Changes when a backup is restored: then clients take a new snapshot. */
  readonly logId: string
  /** One consistent view, on a connection of its own. */
  read<T>(fn: (tx: Reader) => T): Promise<T>
  /** One BEGIN IMMEDIATE of prepared statements. Rejects when `fn` throws, with nothing written. `fn` must not return a promise. */
  hot<T>(fn: (tx: Writer) => T, lane?: WriteLane): Promise<T>
  /** One unit of work on a fresh fork, for settings, accounts, users. `tx` is the same transaction: events are appended through it after a flush. No I/O or timers inside; raw SQL by `tx` or `em.execute`, never by `em.getConnection()`, which waits for this very transaction to end. */
  cold<T>(fn: (em: EntityManager, tx: Writer) => Promise<T>, lane?: WriteLane): Promise<T>
  /** Why the database cannot be written just now (full disk, read-only file), in words; null when it can. Learnt from the last write, cleared by the next that succeeds. */
  readonly trouble: string | null
  /** How many jobs wait for the writer. */
  readonly waiting: number
  close(): Promise<void>
}
