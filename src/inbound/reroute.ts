import type { ChangeList } from '../model/event.ts'
import { addressesOf, getContact } from '../store/contacts.ts'
import { conversationWith, updateConversation } from '../store/conversations.ts'
import { newestIncoming } from '../store/messages.ts'
import type { Writer } from '../store/tx.ts'
import { route } from './route.ts'

/**
 * Decides again where the conversation with a contact belongs, after what the ladder looks at has changed (a friend more or
 * less). What the user moved by hand stays where it is.
 */
export function reroute(tx: Writer, changes: ChangeList, userId: number, contactId: number): void {
  const contact = getContact(tx, userId, contactId)
  const conversation = conversationWith(tx, userId, contactId)
  if (!contact || !conversation || conversation.routed) return
  const last = newestIncoming(tx, conversation.id)
  const addresses = addressesOf(tx, contactId)
  const wroteAt = addresses.reduce<number | null>((latest, { lastOutAt }) => lastOutAt === null ? latest : Math.max(latest ?? 0, lastOutAt), null)
  const shown = last?.sender.address ?? addresses[0]?.address ?? contact.name
  const decision = route({
    direction: 'in', list: undefined, automatic: undefined, unreadable: undefined, sender: { address: shown, shown }, contact,
    proof: { level: last?.proof ?? 'weak', enough: true, evidence: [] }, wroteAt
  })
  updateConversation(tx, changes, conversation, decision)
}
