import type { EventData, EventType } from '../model/event.ts'
import type { Writer } from '../store/tx.ts'

/** Collects what a transaction changes for one user: one event for each object, the last word wins, in the order of first mention. */
export class Changes {
  readonly userId: number
  readonly #events = new Map<string, { type: EventType, object: number, rev: number, data: EventData }>()

  constructor(userId: number) {
    this.userId = userId
  }

  add(type: EventType, object: number, rev: number, data: EventData = {}): void {
    const key = type.slice(0, type.indexOf('.')) + ' ' + object
    const earlier = this.#events.get(key)
    if (!earlier) return void this.#events.set(key, { type, object, rev, data })
    const created = earlier.type === 'message.created' && type === 'message.changed'
    const was = earlier.data.was ?? data.was
    Object.assign(earlier, { type: created ? earlier.type : type, rev, data: { ...earlier.data, ...data, ...(was ? { was } : {}) } })
  }

  get empty(): boolean {
    return this.#events.size === 0
  }

  /**
   * Writes the events with the next numbers of the user's log, in the caller's transaction. Returns the new head.
   * The numbers come from UPDATE … RETURNING, never from an identity column: a reader must not move past a late committer.
   */
  append(tx: Writer, now: number): number {
    const n = this.#events.size
    const row = tx.get<{ head: number }>('UPDATE user_log SET head = head + ? WHERE user_id = ? RETURNING head', n, this.userId)
    if (!row) throw new Error(`user ${this.userId} has no log`)
    let seq = row.head - n
    for (const { type, object, rev, data } of this.#events.values()) {
      tx.run('INSERT INTO event (user_id, seq, at, type, object, rev, data) VALUES (?, ?, ?, ?, ?, ?, ?)', this.userId, ++seq, now, type, object, rev, JSON.stringify(data))
    }
    this.#events.clear()
    return row.head
  }
}
