import { Changes } from '../feed/append.ts'
import { dispatchOfAttempt, fail, finish, requeue } from '../store/dispatches.ts'
import type { Writer } from '../store/tx.ts'
import { Refused } from './refused.ts'
import type { OutboxDeps } from './retry.ts'

/** What the user knows, or wants, of an operation that may have gone. */
export type Outcome = 'sent' | 'failed' | 'retry'

/**
 * The user's word on an uncertain operation, named by one of its attempts: it arrived, it did not (and is dropped), or send
 * it again even if it then arrives twice. Throws Refused: not_found; conflict when it is not uncertain any more.
 */
export async function resolve({ store, wakeup, clock, wake }: OutboxDeps, userId: number, attemptId: number, outcome: Outcome): Promise<void> {
  const accountId = await store.hot((tx) => decide(tx, userId, attemptId, outcome, clock.now()))
  wakeup.notify(userId)
  if (outcome === 'retry') wake(accountId)
}

function decide(tx: Writer, userId: number, attemptId: number, outcome: Outcome, now: number): number {
  const dispatch = dispatchOfAttempt(tx, userId, attemptId)
  if (!dispatch) throw new Refused('not_found', 'There is no such attempt')
  if (dispatch.state !== 'uncertain') throw new Refused('conflict', 'This is not uncertain any more. Look at the message as it is now')
  const changes = new Changes(userId)
  if (outcome === 'sent') finish(tx, changes, dispatch, { status: 'sent' }, now)
  else if (outcome === 'failed') fail(tx, changes, dispatch, { code: 'dropped', text: 'It was not known whether this arrived, and you let it go.' }, now)
  else requeue(tx, changes, dispatch, { from: ['uncertain'], error: null, nextAt: now, now, afresh: true })
  changes.append(tx, now)
  return dispatch.accountId
}
