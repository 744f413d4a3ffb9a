import type { Conversation } from '../model/conversation.ts'
import type { ProofLevel } from '../model/proof.ts'
import { getConversation } from './conversations.ts'
import type { Reader } from './tx.ts'

/** The conversations that a contact has a part in: theirs, groups, what machines send from their addresses, and what only says that it is from them. */
export function conversationsTouching(tx: Reader, userId: number, contactId: number): Conversation[] {
  const rows = tx.all<{ id: number }>(
    `SELECT id FROM conversation WHERE contact_id = ?1 AND user_id = ?2 AND redirect_to IS NULL
     UNION SELECT s.conversation_id FROM address a JOIN strand_member m ON m.address_id = a.id JOIN strand s ON s.id = m.strand_id WHERE a.contact_id = ?1
     UNION SELECT s.conversation_id FROM address a JOIN strand s ON s.user_id = a.user_id AND s.key IN ('auto:' || a.kind || ':' || a.address, 'unproven:' || a.kind || ':' || a.address) WHERE a.contact_id = ?1`, contactId, userId)
  return rows.flatMap(({ id }) => getConversation(tx, userId, id) ?? [])
}

/** The List-Id of a list's conversation, also of what only bears its name. */
export function listIdOf(tx: Reader, conversationId: number): string | null {
  return tx.get<{ key: string }>("SELECT key FROM strand WHERE conversation_id = ? AND (key LIKE 'list:%' OR key LIKE 'unproven:list:%') LIMIT 1", conversationId)?.key.replace(/^(?:unproven:)?list:/, '') ?? null
}

/** What kind of machine mail a message is. */
export function streamOfMessage(tx: Reader, id: number): string | null {
  return tx.get<{ stream: string | null }>('SELECT stream FROM message WHERE id = ?', id)?.stream ?? null
}

/** Who has written in a group, proven, with what their newest message there proved. */
export function writersIn(tx: Reader, conversationId: number): { addressId: number, proof: ProofLevel, at: number }[] {
  return tx.all(
    `SELECT m.sender_id AS addressId, m.proof, max(m.sort_at) AS at FROM strand s JOIN message m ON m.strand_id = s.id
     WHERE s.conversation_id = ? AND m.direction = 'in' AND m.sender_id IS NOT NULL GROUP BY m.sender_id ORDER BY at DESC`, conversationId)
}

/** Whether the user has written in a conversation. */
export function wroteIn(tx: Reader, conversationId: number): boolean {
  return tx.get("SELECT 1 FROM strand s JOIN message m ON m.strand_id = s.id WHERE s.conversation_id = ? AND m.direction = 'out' LIMIT 1", conversationId) !== undefined
}

/** Conversations that are in the inbox because whom they are with is known through a friend. */
export function conversationsKnownThrough(tx: Reader, userId: number): Conversation[] {
  return tx.all<{ id: number }>("SELECT id FROM conversation WHERE user_id = ? AND folder = 'inbox' AND redirect_to IS NULL AND json_extract(because, '$.rule') = 'friend-of-friend'", userId).flatMap(({ id }) => getConversation(tx, userId, id) ?? [])
}

/** Conversations that wait for the user's word. */
export function conversationsWaiting(tx: Reader, userId: number): Conversation[] {
  return tx.all<{ id: number }>('SELECT id FROM conversation WHERE user_id = ? AND waiting = 1 AND redirect_to IS NULL', userId).flatMap(({ id }) => getConversation(tx, userId, id) ?? [])
}
