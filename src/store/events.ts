import type { EntityManager } from '@mikro-orm/sqlite'
import type { ChangeList, Event, EventData, EventType } from '../model/event.ts'
import type { Clock } from './given.ts'
import type { Store } from './store.ts'
import type { Reader, Writer } from './tx.ts'

type Row = { seq: number, at: number, type: EventType, object: number, rev: number, data: string }
export type NewEvent = Omit<Event, 'seq' | 'at'>

/** The user's events after `seq`, oldest first, at most `limit` of them. */
export function eventsAfter(tx: Reader, userId: number, seq: number, limit: number): Event[] {
  return tx.all<Row>('SELECT seq, at, type, object, rev, data FROM event WHERE user_id = ? AND seq > ? ORDER BY seq LIMIT ?', userId, seq, limit)
    .map(row => ({ ...row, data: JSON.parse(row.data) as EventData }))
}

/** The last number given, and the last number pruned: a reader whose cursor is not between them needs a snapshot. Both 0 for a user without a log. */
export function logBounds(tx: Reader, userId: number): { head: number, floor: number } {
  return tx.get<{ head: number, floor: number }>('SELECT head, floor FROM user_log WHERE user_id = ?', userId) ?? { head: 0, floor: 0 }
}

/**
 * Writes events with the next numbers of the user's log, in the caller's transaction. Returns the new head.
 * The numbers come from UPDATE … RETURNING, never from an identity column: a reader must not move past a late committer.
 */
export function appendEvents(tx: Writer, userId: number, events: Iterable<NewEvent>, now: number): number {
  const list = [...events]
  const row = tx.get<{ head: number }>('UPDATE user_log SET head = head + ? WHERE user_id = ? RETURNING head', list.length, userId)
  if (!row) throw new Error(`user ${userId} has no log`)
  let seq = row.head - list.length
  for (const { type, object, rev, data } of list) {
    tx.run('INSERT INTO event (user_id, seq, at, type, object, rev, data) VALUES (?, ?, ?, ?, ?, ?, ?)', userId, ++seq, now, type, object, rev, JSON.stringify(data))
  }
  return row.head
}

/** Where a change is written, and who hears of it after the commit (the wakeup). */
export type Recording = { store: Store, clock: Clock, notify(userId: number): void }

/** One unit of work for one user: what `fn` writes and the events it notes are one transaction; after the commit `notify`. */
export async function recordChange<T>({ store, clock, notify }: Recording, userId: number, fn: (em: EntityManager, tx: Writer, changes: ChangeList) => Promise<T>): Promise<T> {
  const events: NewEvent[] = []
  const result = await store.cold(async (em, tx) => {
    const done = await fn(em, tx, { add: (type, object, rev, data = {}) => void events.push({ type, object, rev, data }) })
    await em.flush()
    if (events.length > 0) appendEvents(tx, userId, events, clock.now())
    return done
  })
  if (events.length > 0) notify(userId)
  return result
}
