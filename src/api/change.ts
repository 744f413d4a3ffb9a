import { Changes } from '../feed/append.ts'
import { endShares } from '../inbound/standing.ts'
import type { ChangeList } from '../model/event.ts'
import type { Writer } from '../store/tx.ts'
import type { Context } from './context.ts'

/**
 * One transaction for the user who asks: what `fn` writes and the events it notes; after the commit everybody hears of it. Whoever other users of
 * this server know through this one, and no more after it, is known to them no more.
 */
export async function change<T>({ store, clock, wakeup, rooms, userId }: Pick<Context, 'store' | 'clock' | 'wakeup' | 'rooms' | 'userId'>, fn: (tx: Writer, changes: ChangeList, now: number) => T): Promise<T> {
  const { done, others, audience } = await store.hot((tx) => {
    const changes = new Changes(userId)
    const now = clock.now()
    const done = fn(tx, changes, now)
    const shares = changes.has('contact.changed', 'contact.removed', 'settings.changed')
    const audience = changes.has('contact.changed', 'contact.removed', 'rule.changed', 'rule.removed')
    if (!changes.empty) changes.append(tx, now)
    return { done, audience, others: shares ? endShares(tx, userId, now) : [] }
  })
  for (const one of [userId, ...others]) wakeup.notify(one)
  if (audience) rooms.audienceChanged(userId)
  return done
}
