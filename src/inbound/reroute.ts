import { isDeepStrictEqual } from 'node:util'
import type { ChangeList } from '../model/event.ts'
import type { Conversation } from '../model/conversation.ts'
import { conversationsTouching } from '../store/affected.ts'
import { keepMessagesIn, keepMessagesOf } from '../store/block.ts'
import { updateConversation } from '../store/conversations.ts'
import { contactsThrough, touchContacts } from '../store/paths.ts'
import type { Writer } from '../store/tx.ts'
import { unfold } from './folded.ts'
import { redecide } from './redecide.ts'
import { trustOf } from './trust.ts'
import type { Trust } from './trust.ts'

/**
 * Decides again where the conversations with a contact belong, after what the ladder looks at has changed (a friend more or less), and
 * those with whoever is known through them. What the user moved by hand stays where it is.
 */
export function reroute(tx: Writer, changes: ChangeList, userId: number, contactId: number): void {
  const trust = trustOf(tx, userId)
  const through = contactsThrough(tx, contactId)
  touchContacts(tx, changes, through)
  unfold(tx, changes, userId, trust, contactId)
  for (const id of [contactId, ...through]) for (const conversation of conversationsTouching(tx, userId, id)) rerouteOne(tx, changes, userId, trust, conversation)
  // Addresses change hands: what came from one while it was somebody blocked may lie in sight now.
  keepMessagesIn(tx, changes, conversationsTouching(tx, userId, contactId).filter(({ blockedAt }) => blockedAt === null).map(({ id }) => id))
}

/** The same for one conversation. Whether it has moved: into another folder or stream, out of sight or back. */
export function rerouteOne(tx: Writer, changes: ChangeList, userId: number, trust: Trust, conversation: Conversation): boolean {
  if (conversation.redirectTo !== null) return false
  const decision = redecide(tx, userId, trust, conversation)
  if (!decision) return false
  const { folder, because, blockedAt, stream } = decision
  const moved = folder !== conversation.folder || (blockedAt === null) !== (conversation.blockedAt === null) || stream !== conversation.stream
  // The same reason under another version of the rules is none.
  if (!moved && isDeepStrictEqual({ ...because, version: 0 }, { ...conversation.because, version: 0 })) return false
  // What was hidden is news to whoever is shown it again.
  const shown = conversation.blockedAt !== null && blockedAt === null
  updateConversation(tx, changes, conversation, decision, shown ? { reset: true } : {})
  // Whatever hid it, a person or a rule: what came meanwhile is not purged any more.
  if (shown) keepMessagesOf(tx, changes, conversation.id)
  return moved
}
