import type { IndexWriter } from '../store/search-file.ts'
import { takePlace } from '../store/search-index.ts'

/**
 * So many places there are for the messages of one second: a mailbox that was copied has as many in it. The index writes with each word how
 * far it is from one message to the next: with a place for each millisecond that takes a byte more.
 */
const aSecond = 256
const lastSecond = 2 ** 36
/** There is room for so many messages of one time (s). */
const crowd = 4 * 3600

/**
 * Where a message of this time (ms) wants to stand in the index: later messages have larger numbers, which stay under 2^45. If the
 * place is taken it gets the next free one, so the order within some milliseconds is nearly, not always, that of the list.
 */
export function placeOf(sortAt: number): number {
  const at = Math.max(0, Math.trunc(sortAt))
  return Math.min(Math.floor(at / 1000), lastSecond) * aSecond + Math.floor(at % 1000 * aSecond / 1000)
}

/** The place that everything after `sortAt`, and perhaps a little before it, stands below: with room for what found its place taken. */
export function placeAfter(sortAt: number): number {
  return placeOf(sortAt) + crowd * aSecond
}

/** How much later a place is than another one (s). */
export function secondsBetween(earlier: number, later: number): number {
  return (later - earlier) / aSecond
}

export const lastPlace = Number.MAX_SAFE_INTEGER

const remembered = 10_000

/** Gives places out. It remembers where crowded times end: thousands of mails without a date all want the same place. */
export class Places {
  readonly #next = new Map<string, number>()

  take(tx: IndexWriter, userId: number, messageId: number, sortAt: number): number {
    const wanted = placeOf(sortAt)
    const name = `${userId} ${wanted}`
    const place = takePlace(tx, userId, messageId, this.#next.get(name) ?? wanted)
    if (place > wanted) {
      if (this.#next.size > remembered) this.#next.clear()
      this.#next.set(name, place + 1)
    }
    return place
  }
}
