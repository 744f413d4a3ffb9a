import type { ChangeList } from '../model/event.ts'
import type { Folder } from '../model/decision.ts'
import type { Address } from '../model/incoming.ts'
import { recount } from './conversations.ts'
import { lowerUnread } from './strands.ts'
import type { Reader, Writer } from './tx.ts'

type Changed = { id: number, rev: number, strandId: number }

/** Over this many messages at once, clients refetch instead of hearing of each. */
const eachLimit = 200

const strandsAmongOthers = `SELECT m.strand_id FROM address a JOIN strand_member m ON m.address_id = a.id WHERE a.contact_id = ?1
  UNION SELECT p.strand_id FROM address a JOIN speaker p ON p.address_id = a.id WHERE a.contact_id = ?1`

/** Folds what a contact has written in groups. What is folded is no news. */
export function foldMessages(tx: Writer, changes: ChangeList, contactId: number): void {
  const theirs = 'SELECT id FROM address WHERE contact_id = ?1'
  const unseen = tx.all<{ strandId: number, n: number }>(`SELECT strand_id AS strandId, count(*) AS n FROM message WHERE strand_id IN (${strandsAmongOthers}) AND sender_id IN (${theirs}) AND seen = 0 AND folded = 0 GROUP BY strand_id`, contactId)
  for (const { strandId, n } of unseen) lowerUnread(tx, strandId, n)
  tell(tx, changes, tx.all<Changed>(`UPDATE message SET folded = 1, seen = 1, rev = rev + 1 WHERE strand_id IN (${strandsAmongOthers}) AND sender_id IN (${theirs}) AND folded = 0 RETURNING id, rev, strand_id AS strandId`, contactId))
}

/** Whose messages are folded, each once. */
export function foldedSenders(tx: Reader, userId: number): Address[] {
  return tx.all("SELECT DISTINCT json_extract(sender, '$.kind') AS kind, json_extract(sender, '$.address') AS address FROM message INDEXED BY message_folded WHERE user_id = ? AND folded = 1 AND json_extract(sender, '$.address') IS NOT NULL", userId)
}

/** Unfolds what was written from an address, proven or not, wherever others write too; nothing of it is purged. */
export function unfoldMessages(tx: Writer, changes: ChangeList, userId: number, { kind, address }: Address): void {
  tell(tx, changes, tx.all<Changed>(
    `UPDATE message INDEXED BY message_folded SET folded = 0, blocked_at = NULL, rev = rev + 1 WHERE user_id = ? AND folded = 1 AND json_extract(sender, '$.kind') = ? AND json_extract(sender, '$.address') = ?
     RETURNING id, rev, strand_id AS strandId`, userId, kind, address))
}

/** What came from a contact while they were blocked is kept from now on. What is folded is another matter: a rule may block them, too. */
export function keepMessages(tx: Writer, changes: ChangeList, contactId: number): void {
  tell(tx, changes, tx.all<Changed>(
    `UPDATE message SET blocked_at = NULL, rev = rev + 1 WHERE blocked_at IS NOT NULL AND folded = 0 AND (sender_id IN (SELECT id FROM address WHERE contact_id = ?1) OR strand_id IN (
       SELECT s.id FROM address a JOIN strand s ON s.user_id = a.user_id AND s.key IN ('auto:' || a.kind || ':' || a.address, 'unproven:' || a.kind || ':' || a.address) WHERE a.contact_id = ?1))
     RETURNING id, rev, strand_id AS strandId`, contactId))
}

/** The same for a conversation that is shown again. */
export function keepMessagesOf(tx: Writer, changes: ChangeList, conversationId: number): void {
  keepMessagesIn(tx, changes, [conversationId])
}

/** The same for several. Looks through what is to be purged, which is little, and not through what they hold. */
export function keepMessagesIn(tx: Writer, changes: ChangeList, conversationIds: number[]): void {
  tell(tx, changes, tx.all<Changed>(
    `UPDATE message INDEXED BY message_blocked SET blocked_at = NULL, rev = rev + 1 WHERE blocked_at IS NOT NULL AND folded = 0 AND strand_id IN (
       SELECT id FROM strand WHERE conversation_id IN (SELECT value FROM json_each(?))) RETURNING id, rev, strand_id AS strandId`, JSON.stringify(conversationIds)))
}

function tell(tx: Writer, changes: ChangeList, rows: Changed[]): void {
  const places = new Map<number, { id: number, folder: Folder }>()
  for (const { strandId } of rows) if (!places.has(strandId)) places.set(strandId, tx.get('SELECT c.id, c.folder FROM strand s JOIN conversation c ON c.id = s.conversation_id WHERE s.id = ?', strandId)!)
  if (rows.length <= eachLimit) for (const { id, rev, strandId } of rows) changes.add('message.changed', id, rev, { folder: places.get(strandId)!.folder, conversation: places.get(strandId)!.id })
  for (const id of new Set([...places.values()].map(({ id }) => id))) recount(tx, changes, id, rows.length > eachLimit ? { reset: true } : {})
}

/** What came from a contact since they are blocked, by any address: how many messages, and when the oldest came (ms). */
export function blockedMessages(tx: Reader, contactId: number): { messages: number, oldest: number | null } {
  return tx.get(
    `SELECT count(*) AS messages, min(blocked_at) AS oldest FROM message WHERE blocked_at IS NOT NULL AND (sender_id IN (SELECT id FROM address WHERE contact_id = ?1) OR strand_id IN (
       SELECT s.id FROM address a JOIN strand s ON s.user_id = a.user_id AND s.key IN ('auto:' || a.kind || ':' || a.address, 'unproven:' || a.kind || ':' || a.address) WHERE a.contact_id = ?1))`, contactId)!
}

/** Whether an address belongs to somebody whom the user has blocked. */
export function ownerBlocked(tx: Reader, userId: number, { kind, address }: { kind: string, address: string }): boolean {
  return tx.get('SELECT 1 FROM address a JOIN contact c ON c.id = a.contact_id WHERE a.user_id = ? AND a.kind = ? AND a.address = ? AND c.blocked = 1', userId, kind, address) !== undefined
}
