import type { Reader } from './tx.ts'

/** A place in what was exchanged, newest first. */
export type Place = { at: number, id: number }

const strands = `SELECT s.id FROM address a JOIN strand s ON s.address_id = a.id WHERE a.contact_id = ?1
  UNION SELECT m.strand_id FROM address a JOIN strand_member m ON m.address_id = a.id WHERE a.contact_id = ?1`

/** Files in messages from and to a contact, alone or in groups with them, before a place. */
export function filesWith(tx: Reader, contactId: number, before: Place | null, limit: number): { id: number, messageId: number, conversationId: number, name: string, contentType: string, size: number, direction: 'in' | 'out', at: number }[] {
  return tx.all(
    `SELECT f.id, f.message_id AS messageId, s.conversation_id AS conversationId, f.name, f.content_type AS contentType, f.size, m.direction, m.sort_at AS at
     FROM message m JOIN message_body b ON b.message_id = m.id AND b.attachments > 0 JOIN attachment f ON f.message_id = m.id AND f.inline = 0 JOIN strand s ON s.id = m.strand_id
     WHERE m.strand_id IN (${strands}) AND m.folded = 0 AND m.deleted_at IS NULL AND (m.sort_at, f.id) < (?2, ?3) ORDER BY m.sort_at DESC, f.id DESC LIMIT ?4`,
    contactId, before?.at ?? Number.MAX_SAFE_INTEGER, before?.id ?? Number.MAX_SAFE_INTEGER, limit)
}

/** Messages in whose text an address of the web stands. */
export function linkingWith(tx: Reader, contactId: number, before: Place | null, limit: number): { id: number, conversationId: number, text: string, direction: 'in' | 'out', at: number }[] {
  return tx.all(
    `SELECT m.id, s.conversation_id AS conversationId, b.text, m.direction, m.sort_at AS at FROM message m JOIN message_body b ON b.message_id = m.id JOIN strand s ON s.id = m.strand_id
     WHERE m.strand_id IN (${strands}) AND m.folded = 0 AND m.deleted_at IS NULL AND b.text LIKE '%http%://%' AND (m.sort_at, m.id) < (?2, ?3) ORDER BY m.sort_at DESC, m.id DESC LIMIT ?4`,
    contactId, before?.at ?? Number.MAX_SAFE_INTEGER, before?.id ?? Number.MAX_SAFE_INTEGER, limit)
}

/** Topics of the messages with a contact, the one with the newest message first. */
export function topicsWith(tx: Reader, contactId: number, before: Place | null, limit: number): { id: number, subject: string, messages: number, at: number, conversationId: number }[] {
  return tx.all(
    `SELECT t.id, t.subject, count(*) AS messages, max(m.sort_at) AS at, s.conversation_id AS conversationId FROM message m JOIN topic t ON t.id = m.topic_id JOIN strand s ON s.id = m.strand_id
     WHERE m.strand_id IN (${strands}) AND m.folded = 0 GROUP BY t.id HAVING (max(m.sort_at), t.id) < (?2, ?3) ORDER BY at DESC, t.id DESC LIMIT ?4`,
    contactId, before?.at ?? Number.MAX_SAFE_INTEGER, before?.id ?? Number.MAX_SAFE_INTEGER, limit)
}
