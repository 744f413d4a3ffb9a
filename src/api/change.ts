import { Changes } from '../feed/append.ts'
import type { ChangeList } from '../model/event.ts'
import type { Writer } from '../store/tx.ts'
import type { Context } from './context.ts'

/** One transaction for the user who asks: what `fn` writes and the events it notes; after the commit everybody hears of it. */
export async function change<T>({ store, clock, wakeup, userId }: Pick<Context, 'store' | 'clock' | 'wakeup' | 'userId'>, fn: (tx: Writer, changes: ChangeList, now: number) => T): Promise<T> {
  const result = await store.hot((tx) => {
    const changes = new Changes(userId)
    const now = clock.now()
    const done = fn(tx, changes, now)
    if (!changes.empty) changes.append(tx, now)
    return done
  })
  wakeup.notify(userId)
  return result
}
