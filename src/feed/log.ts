import type { Event } from '../model/event.ts'
import { eventsAfter, logBounds } from '../store/events.ts'
import type { Store } from '../store/store.ts'
import type { Wakeup } from './wakeup.ts'

/** So many events at most are read at once: between two pages other work has its turn. */
export const pageSize = 500

/** The reader's place is no longer in the log (pruned past it), or not yet (a restored backup): it needs a snapshot. */
export class CursorGone extends Error {
  readonly reason: 'cursor_too_old' | 'cursor_ahead'

  constructor(reason: 'cursor_too_old' | 'cursor_ahead') {
    super(`the log cannot be followed from here: ${reason}`)
    this.name = 'CursorGone'
    this.reason = reason
  }
}

/**
 * The user's events after `cursor`, in order and without a gap, as pages that are never empty; catching up and living on
 * are the same loop. Ends when `signal` is aborted. Throws CursorGone when the cursor is outside of what is kept, also
 * later on, when a slow reader was overtaken by pruning.
 */
export async function* follow(store: Pick<Store, 'read'>, wakeup: Wakeup, userId: number, cursor: number, signal: AbortSignal): AsyncGenerator<Event[], void, void> {
  while (!signal.aborted) {
    // Before the read, so that no commit slips between the read and the wait.
    const seen = wakeup.version(userId)
    const { page, bounds } = await store.read(tx => ({ page: eventsAfter(tx, userId, cursor, pageSize), bounds: logBounds(tx, userId) }))
    if (cursor < bounds.floor) throw new CursorGone('cursor_too_old')
    if (cursor > bounds.head) throw new CursorGone('cursor_ahead')
    if (page.length === 0) {
      await wakeup.past(userId, seen, signal)
      continue
    }
    cursor = page.at(-1)!.seq
    yield page
  }
}
