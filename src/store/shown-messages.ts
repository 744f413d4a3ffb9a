import type { Card } from '../model/card.ts'
import type { Folder } from '../model/decision.ts'
import type { DigestContent } from '../model/digest.ts'
import type { Bounce, Unsubscribe } from '../model/incoming.ts'
import type { MessageBody, MessageRow } from '../model/message.ts'
import type { Reader } from './tx.ts'

/** A message with what showing it takes, of one moment. Texts end after as many characters as were asked for, and one more. */
export type ShownMessage = Omit<MessageRow, 'strandId' | 'folder' | 'preview'> & Pick<MessageBody, 'subject' | 'text' | 'quoted' | 'bounces' | 'recipients' | 'unreadable' | 'attachments' | 'unsubscribe' | 'cards' | 'digest'> & {
  /** Of its conversation. */
  folder: Folder
  /** Whom its sender's address belongs to, where that was believed. */
  contact: { id: number, name: string } | null
  hasHtml: boolean
  /** Somebody has reacted to it, or taken that back. */
  reacted: boolean
  /** The message that it answers. */
  answers: number | null
  /** That it was sent with, for as long as it is kept. */
  clientId: string | null
}

type Columns = {
  id: number, conversation_id: number, sort_at: number, topic_id: number | null, account_id: number, channel: string, direction: 'in' | 'out', sender_id: number | null, sender: string,
  proof: MessageRow['proof'], because: string, seen: number, flagged: number, automatic: MessageRow['automatic'], status: MessageRow['status'], message_id: string | null, sent_at: number | null,
  received_at: number, edited_at: number | null, deleted_at: number | null, folded: number, rev: number, folder: Folder, contact: number | null, name: string | null,
  subject: string | null, text: string, quoted: string | null, has_html: number, recipients: string, unreadable: string | null, attachments: number, bounces: string | null, unsubscribe: string | null,
  digest: string | null, cards: string | null, reacted: number, answers: number | null, client_id: string | null
}

/**
 * The message that one answers: the oldest under the last of its references, since a stranger can reuse an id later on. One that
 * came in after its answer counts only as history of the same conversation, whose windows are fetched anew then: otherwise what
 * an object says would change without an event.
 */
const answers =
  `(SELECT CASE WHEN o.id < m.id OR (o.sort_at < oa.created_at AND os.conversation_id = s.conversation_id) THEN o.id END
    FROM message o JOIN account oa ON oa.id = o.account_id JOIN strand os ON os.id = o.strand_id
    WHERE o.user_id = m.user_id AND o.message_id = b.refs ->> '$[#-1]' ORDER BY o.id LIMIT 1)`

const shown =
  `SELECT m.id, s.conversation_id, m.sort_at, m.topic_id, m.account_id, m.channel, m.direction, m.sender_id, m.sender, m.proof, m.because, m.seen, m.flagged, m.automatic, m.status, m.message_id,
     m.sent_at, m.received_at, m.edited_at, m.deleted_at, m.folded, m.rev, c.folder, a.contact_id AS contact, p.name,
     b.subject, substr(b.text, 1, ?3) AS text, substr(b.quoted, 1, ?3) AS quoted, b.html IS NOT NULL AS has_html, b.recipients, b.unreadable, b.attachments, b.bounces, b.unsubscribe, b.digest, b.cards,
     EXISTS (SELECT 1 FROM reaction r WHERE r.message_id = m.id) AS reacted,
     CASE WHEN b.refs <> '[]' THEN ${answers} END AS answers,
     CASE WHEN m.direction = 'out' AND m.status IS NOT NULL THEN (SELECT w.client_id FROM client_write w INDEXED BY client_write_object WHERE w.user_id = m.user_id AND w.object = m.id AND w.method = 'message.send') END AS client_id
   FROM json_each(?1) asked CROSS JOIN message m ON m.id = asked.value JOIN strand s ON s.id = m.strand_id JOIN conversation c ON c.id = s.conversation_id JOIN message_body b ON b.message_id = m.id
   LEFT JOIN address a ON a.id = m.sender_id LEFT JOIN contact p ON p.id = a.contact_id
   WHERE m.user_id = ?2`

/** Those of these messages that the user has, in the same order, in one read. `mostChars`: of each text. */
export function shownMessages(tx: Reader, userId: number, ids: readonly number[], mostChars: number): ShownMessage[] {
  const rows = tx.all<Columns>(shown, JSON.stringify(ids), userId, mostChars + 1)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? []).map((row) => ({
    id: row.id, conversationId: row.conversation_id, sortAt: row.sort_at, topicId: row.topic_id, accountId: row.account_id, channel: row.channel, direction: row.direction, senderId: row.sender_id,
    sender: JSON.parse(row.sender), proof: row.proof, because: JSON.parse(row.because), seen: row.seen === 1, flagged: row.flagged === 1, automatic: row.automatic, status: row.status, messageId: row.message_id,
    sentAt: row.sent_at, receivedAt: row.received_at, editedAt: row.edited_at, deletedAt: row.deleted_at, folded: row.folded === 1, rev: row.rev, folder: row.folder,
    contact: row.contact === null ? null : { id: row.contact, name: row.name ?? '' }, subject: row.subject, text: row.text, quoted: row.quoted, hasHtml: row.has_html === 1,
    recipients: JSON.parse(row.recipients), unreadable: row.unreadable, attachments: row.attachments,
    bounces: row.bounces === null ? [] : JSON.parse(row.bounces) as Bounce[], unsubscribe: row.unsubscribe === null ? null : JSON.parse(row.unsubscribe) as Unsubscribe,
    digest: row.digest === null ? null : JSON.parse(row.digest) as DigestContent, cards: row.cards === null ? [] : JSON.parse(row.cards) as Card[],
    reacted: row.reacted === 1, answers: row.answers, clientId: row.client_id
  }))
}

/** What a list of conversations shows of a message. `contact`: as of a whole message. */
export type ShownPreview = Pick<MessageRow, 'id' | 'direction' | 'channel' | 'sender' | 'proof' | 'preview' | 'sortAt' | 'status'> & { warnings: string[] | undefined, contact: { id: number, name: string } | null }

const previews =
  `SELECT m.id, m.direction, m.channel, m.sender, m.proof, m.preview, m.sort_at, m.status, m.because ->> '$.warnings' AS warnings, a.contact_id AS contact, p.name
   FROM json_each(?1) asked CROSS JOIN message m ON m.id = asked.value LEFT JOIN address a ON a.id = m.sender_id LEFT JOIN contact p ON p.id = a.contact_id
   WHERE m.user_id = ?2`

/** Those of these messages that the user has, in one read. */
export function shownPreviews(tx: Reader, userId: number, ids: readonly number[]): Map<number, ShownPreview> {
  type Row = Pick<Columns, 'id' | 'direction' | 'channel' | 'sender' | 'proof' | 'sort_at' | 'status' | 'contact' | 'name'> & { preview: string, warnings: string | null }
  return new Map(tx.all<Row>(previews, JSON.stringify(ids), userId).map((row) => [row.id, {
    id: row.id, direction: row.direction, channel: row.channel, sender: JSON.parse(row.sender), proof: row.proof, preview: row.preview, sortAt: row.sort_at, status: row.status,
    warnings: row.warnings === null ? undefined : JSON.parse(row.warnings) as string[], contact: row.contact === null ? null : { id: row.contact, name: row.name ?? '' }
  }]))
}
