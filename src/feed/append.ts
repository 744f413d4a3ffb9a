import type { EventData, EventType } from '../model/event.ts'
import { appendEvents } from '../store/events.ts'
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

  /** Whether something of this kind has changed. */
  has(...types: EventType[]): boolean {
    return [...this.#events.values()].some(({ type }) => types.includes(type))
  }

  /** Writes the events with the next numbers of the user's log, in the caller's transaction. Returns the new head. */
  append(tx: Writer, now: number): number {
    const head = appendEvents(tx, this.userId, this.#events.values(), now)
    this.#events.clear()
    return head
  }
}
