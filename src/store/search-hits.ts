import type { Card } from '../model/card.ts'
import { cardWords } from '../model/card-words.ts'
import type { Folder } from '../model/decision.ts'
import type { Sender } from '../model/incoming.ts'
import type { MessageRow } from '../model/message.ts'
import type { Reader } from './tx.ts'

/** The texts of a message that a hit shows pieces of. */
export type HitTexts = { subject: string | null, text: string, quoted: string | null, carried: string, files: { id: number, name: string }[] }

/** What a hit says of its message. `contact` is whom the believed sender is; `title` is '' where the names of `people` are shown. */
export type HitRow = {
  conversation: { id: number, title: string, contactId: number | null, people: number[], folder: Folder, archived: boolean }
  sortAt: number, channel: string, direction: 'in' | 'out', seen: boolean, flagged: boolean
  sender: Sender, proof: MessageRow['proof'], warnings: string[] | undefined, contact: { id: number, name: string } | null
  texts: HitTexts
}

/** Of a text so many characters are read: however long it is, a piece of its beginning is shown. */
const subjectLength = 500
const textLength = 50_000

/** Messages by their ids, `?1` as a JSON array, of the user `?2`. What may be shown: not taken back, and not of somebody who is blocked: from them, in the name of their address, in the conversation with them, or folded in a group. */
export const shown = (more = '') => `FROM json_each(?1) asked CROSS JOIN message m ON m.id = asked.value ${more} JOIN strand s ON s.id = m.strand_id JOIN conversation c ON c.id = s.conversation_id
     LEFT JOIN address a ON a.user_id = m.user_id AND a.kind = m.sender ->> '$.kind' AND a.address = m.sender ->> '$.address'
     LEFT JOIN contact f ON f.id = a.contact_id LEFT JOIN contact p ON p.id = c.contact_id
     LEFT JOIN address b ON b.id = m.sender_id LEFT JOIN contact k ON k.id = b.contact_id
     WHERE m.user_id = ?2 AND m.deleted_at IS NULL AND m.blocked_at IS NULL AND m.folded = 0 AND c.blocked_at IS NULL AND coalesce(f.blocked, 0) = 0 AND coalesce(p.blocked, 0) = 0`

const hitSql = `SELECT m.id AS message, c.id, c.title, c.contact_id, p.name AS called, c.people, c.folder, c.archived_at IS NOT NULL AS archived, m.sort_at, m.channel, m.direction, m.seen, m.flagged,
     m.sender, m.proof, m.because ->> '$.warnings' AS warnings, b.contact_id AS known, k.name,
     substr(t.subject, 1, ${subjectLength}) AS subject, substr(t.text, 1, ${textLength}) AS text, substr(t.quoted, 1, ${textLength}) AS quoted, t.attachments, t.cards ${shown('JOIN message_body t ON t.message_id = m.id')}`

type HitColumns = {
  message: number, id: number, title: string, contact_id: number | null, called: string | null, people: string | null, folder: Folder, archived: number, sort_at: number, channel: string, direction: 'in' | 'out', seen: number, flagged: number,
  sender: string, proof: MessageRow['proof'], warnings: string | null, known: number | null, name: string | null
  subject: string | null, text: string, quoted: string | null, attachments: number, cards: string | null
}

/** A page of messages in one read, by id; without those that may not be shown any more. */
export function hitRows(tx: Reader, userId: number, ids: readonly number[]): Map<number, HitRow> {
  return new Map(tx.all<HitColumns>(hitSql, JSON.stringify(ids), userId).map((row) => [row.message, {
    conversation: { id: row.id, title: row.title || row.called || '', contactId: row.contact_id, people: row.people === null ? [] : row.people.split(',').map(Number), folder: row.folder, archived: row.archived === 1 },
    sortAt: row.sort_at, channel: row.channel, direction: row.direction, seen: row.seen === 1, flagged: row.flagged === 1, sender: JSON.parse(row.sender), proof: row.proof,
    warnings: row.warnings === null ? undefined : JSON.parse(row.warnings), contact: row.known === null ? null : { id: row.known, name: row.name ?? '' },
    texts: {
      subject: row.subject, text: row.text, quoted: row.quoted, carried: row.cards === null ? '' : cardWords(JSON.parse(row.cards) as Card[]).slice(0, textLength),
      files: row.attachments === 0 ? [] : tx.all('SELECT id, name FROM attachment WHERE message_id = ? ORDER BY id', row.message)
    }
  }]))
}
