import { Changes } from '../feed/append.ts'
import type { Wakeup } from '../feed/wakeup.ts'
import type { Clock } from '../model/ports.ts'
import { getContact } from '../store/contacts.ts'
import { forgetContact, forgetSent, messagesWith } from '../store/forget.ts'
import { deleteMessages } from '../store/purge.ts'
import type { Store } from '../store/store.ts'
import { reroute } from './reroute.ts'

const chunk = 200

/**
 * Deletes a contact. With `messages` all that was exchanged with them alone goes first, and what they wrote in groups, in small
 * transactions with their events; it cannot be undone. A message that came in meanwhile goes too. Doing it again goes on where it was.
 */
export async function forget({ store, clock, wakeup }: { store: Store, clock: Clock, wakeup: Pick<Wakeup, 'notify'> }, userId: number, contactId: number, { messages }: { messages: boolean }): Promise<{ messages: number }> {
  let deleted = 0
  for (let last = false; !last;) {
    last = await store.hot((tx) => {
      if (getContact(tx, userId, contactId) === undefined) return true
      const changes = new Changes(userId)
      const ids = messages ? messagesWith(tx, contactId, { limit: chunk }) : []
      forgetSent(tx, ids)
      deleteMessages(tx, changes, ids)
      deleted += ids.length
      const done = ids.length < chunk
      if (done) {
        forgetContact(tx, changes, userId, contactId)
        reroute(tx, changes, userId, contactId)
      }
      changes.append(tx, clock.now())
      return done
    }, messages ? 'bulk' : 'live')
    wakeup.notify(userId)
  }
  return { messages: deleted }
}
