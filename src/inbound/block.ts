import type { ChangeList } from '../model/event.ts'
import type { Contact } from '../model/contact.ts'
import { conversationsTouching } from '../store/affected.ts'
import { foldMessages, keepMessages, keepMessagesOf } from '../store/block.ts'
import { updateContact } from '../store/contacts.ts'
import type { Writer } from '../store/tx.ts'
import { reroute } from './reroute.ts'

/**
 * Hides somebody on every channel they have, with all that came before; what they write in groups is folded. Whatever comes from now on is
 * purged after 30 days. Until then all of it is back when the block ends; what came before the block is never purged.
 */
export function block(tx: Writer, changes: ChangeList, userId: number, contact: Contact, blocked: boolean, now: number): void {
  if (contact.blocked === blocked) return
  const hidden = conversationsTouching(tx, userId, contact.id).filter(({ blockedAt }) => blockedAt !== null)
  updateContact(tx, changes, contact, { blocked, blockedAt: blocked ? now : null })
  if (blocked) foldMessages(tx, changes, contact.id)
  else {
    keepMessages(tx, changes, contact.id)
    for (const { id } of hidden) keepMessagesOf(tx, changes, id)
  }
  reroute(tx, changes, userId, contact.id)
}
