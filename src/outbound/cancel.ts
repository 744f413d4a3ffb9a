import { Changes } from '../feed/append.ts'
import { cancelDispatch, dispatchesOf } from '../store/dispatches.ts'
import { getMessage } from '../store/messages.ts'
import type { Store } from '../store/store.ts'
import { Refused } from './refused.ts'

/**
 * Cancels a message that is still queued: all of it, or nothing. What the deliverer has claimed is on its way; claim and
 * cancel are transactions of one queue, so exactly one of them wins. Throws Refused.
 */
export async function cancel({ store, wakeup, clock }: { store: Store, wakeup: { notify(userId: number): void }, clock: { now(): number } }, userId: number, messageId: number): Promise<void> {
  await store.hot((tx) => {
    if (getMessage(tx, userId, messageId)?.direction !== 'out') throw new Refused('not_found', 'There is no such outgoing message')
    const dispatches = dispatchesOf(tx, messageId)
    if (dispatches.length > 0 && dispatches.every(({ state }) => state === 'cancelled')) return
    const changes = new Changes(userId)
    if (dispatches.length === 0 || !dispatches.every((dispatch) => cancelDispatch(tx, changes, dispatch, clock.now()))) {
      throw new Refused('conflict', 'This message is on its way already and cannot be cancelled')
    }
    changes.append(tx, clock.now())
  })
  wakeup.notify(userId)
}
