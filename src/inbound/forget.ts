import { baseSubject } from '../content/subject.ts'
import { Changes } from '../feed/append.ts'
import type { Wakeup } from '../feed/wakeup.ts'
import type { Clock } from '../model/ports.ts'
import { addressesOf, getContact } from '../store/contacts.ts'
import { around, forgetContact, forgetEmptied, messagesWith } from '../store/forget.ts'
import { forgetInDigests, forgetInReasons } from '../store/forget-traces.ts'
import { subjectLeft } from '../store/forget-topics.ts'
import { nameTopic } from '../store/topics.ts'
import { ownKind } from '../store/own-account.ts'
import { conversationsTouching } from '../store/affected.ts'
import { contactsThrough, touchContacts } from '../store/paths.ts'
import { deleteMessages } from '../store/purge.ts'
import type { Store } from '../store/store.ts'
import { forgetLesson } from './lessons.ts'
import { reroute, rerouteOne } from './reroute.ts'
import { endShares } from './standing.ts'
import { trustOf } from './trust.ts'

const chunk = 200

/**
 * Deletes a contact. With `messages` all that was exchanged with them alone goes first, and what they wrote in groups, in small
 * transactions with their events; it cannot be undone. A message that came in meanwhile goes too. Doing it again goes on where it was.
 */
export async function forget({ store, clock, wakeup }: { store: Store, clock: Clock, wakeup: Pick<Wakeup, 'notify'> }, userId: number, contactId: number, { messages }: { messages: boolean }): Promise<{ messages: number }> {
  let deleted = 0
  let others: number[] = []
  for (let last = false; !last;) {
    last = await store.hot((tx) => {
      if (getContact(tx, userId, contactId) === undefined) return true
      const changes = new Changes(userId)
      const ids = messages ? messagesWith(tx, contactId, { limit: chunk }) : []
      const where = around(tx, ids)
      deleteMessages(tx, changes, ids)
      for (const id of forgetEmptied(tx, changes, userId, where)) forgetLesson(tx, userId, id)
      for (const id of where.topics) {
        const subject = subjectLeft(tx, id)
        if (subject !== undefined) nameTopic(tx, changes, id, baseSubject(subject), false)
      }
      deleted += ids.length
      const done = ids.length < chunk
      if (done) {
        // The ways through them go with them; whoever came in by these is decided anew.
        const through = contactsThrough(tx, contactId)
        const { name } = getContact(tx, userId, contactId)!
        const addresses = addressesOf(tx, contactId).map(({ address }) => address)
        forgetContact(tx, changes, userId, contactId, messages)
        if (messages) {
          forgetInDigests(tx, changes, userId, ownKind, addresses)
          forgetInReasons(tx, changes, through, name || addresses[0] || '')
        }
        reroute(tx, changes, userId, contactId)
        touchContacts(tx, changes, through)
        const trust = trustOf(tx, userId)
        for (const id of through) for (const conversation of conversationsTouching(tx, userId, id)) rerouteOne(tx, changes, userId, trust, conversation)
        others = endShares(tx, userId, clock.now())
      }
      changes.append(tx, clock.now())
      return done
    }, messages ? 'bulk' : 'live')
    wakeup.notify(userId)
  }
  for (const other of others) wakeup.notify(other)
  return { messages: deleted }
}
