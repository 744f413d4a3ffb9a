import { Changes } from '../feed/append.ts'
import { attemptsOf, dispatchesOf, requeue } from '../store/dispatches.ts'
import { getMessage } from '../store/messages.ts'
import type { Store } from '../store/store.ts'
import type { Writer } from '../store/tx.ts'
import { Refused } from './refused.ts'

export type OutboxDeps = { store: Store, wakeup: { notify(userId: number): void }, clock: { now(): number }, wake(accountId: number): void }

/**
 * Sends again what failed or is uncertain, with the same ids and bytes, so that a network that knows it can drop the double.
 * Throws Refused: not_found; conflict when nothing of it has failed, or when somebody has it already.
 */
export async function retry({ store, wakeup, clock, wake }: OutboxDeps, userId: number, messageId: number): Promise<void> {
  const accounts = await store.hot((tx) => {
    if (getMessage(tx, userId, messageId)?.direction !== 'out') throw new Refused('not_found', 'There is no such outgoing message')
    return retryAll(tx, userId, messageId, clock.now())
  })
  wakeup.notify(userId)
  for (const account of accounts) wake(account)
}

function retryAll(tx: Writer, userId: number, messageId: number, now: number): number[] {
  const changes = new Changes(userId)
  const accounts: number[] = []
  let partly = false
  for (const dispatch of dispatchesOf(tx, messageId)) {
    const statuses = attemptsOf(tx, dispatch.id).map(({ status }) => status)
    if (!statuses.includes('failed') && !statuses.includes('uncertain')) continue
    // One operation reaches all its recipients: repeating it would reach those again who have it.
    partly ||= statuses.some((status) => status === 'sent' || status === 'delivered' || status === 'read')
    if (!partly && requeue(tx, changes, dispatch, { from: ['failed', 'uncertain'], error: null, nextAt: now, now, afresh: true })) accounts.push(dispatch.accountId)
  }
  if (accounts.length === 0) throw new Refused('conflict', partly ? 'Some of the recipients have it already. Write to the others anew' : 'Nothing of this message has failed')
  changes.append(tx, now)
  return accounts
}
