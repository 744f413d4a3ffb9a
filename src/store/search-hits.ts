import type { Card } from '../model/card.ts'
import { cardWords } from '../model/card-words.ts'
import type { Folder } from '../model/decision.ts'
import type { Sender } from '../model/incoming.ts'
import type { MessageRow } from '../model/message.ts'
import type { Reader } from './tx.ts'

/** The texts of a message that a hit shows pieces of, each cut after so many characters. */
export type HitTexts = { subject: string | null, text: string, quoted: string | null, carried: string, files: { id: number, name: string }[] }

/** undefined: the message is gone. */
export function hitTexts(tx: Reader, id: number, { subjectLength, textLength }: { subjectLength: number, textLength: number }): HitTexts | undefined {
  const row = tx.get<{ subject: string | null, text: string, quoted: string | null, attachments: number, cards: string | null }>(
    'SELECT substr(subject, 1, ?) AS subject, substr(text, 1, ?) AS text, substr(quoted, 1, ?) AS quoted, attachments, cards FROM message_body WHERE message_id = ?', subjectLength, textLength, textLength, id)
  return row && { subject: row.subject, text: row.text, quoted: row.quoted, carried: row.cards === null ? '' : cardWords(JSON.parse(row.cards) as Card[]).slice(0, textLength), files: row.attachments === 0 ? [] : tx.all('SELECT id, name FROM attachment WHERE message_id = ? ORDER BY id', id) }
}

/** What a hit says of its message besides the texts. `contact` is whom the believed sender is; `title` is '' where the names of `people` are shown. */
export type HitRow = {
  conversation: { id: number, title: string, contactId: number | null, people: number[], folder: Folder, archived: boolean }
  sortAt: number, channel: string, direction: 'in' | 'out', seen: boolean, flagged: boolean
  sender: Sender, proof: MessageRow['proof'], warnings: string[] | undefined, contact: { id: number, name: string } | null
}

/** What may be shown: not taken back, and not of somebody who is blocked: from them, in the name of their address, in the conversation with them, or folded in a group. */
export const shown = `FROM message m JOIN strand s ON s.id = m.strand_id JOIN conversation c ON c.id = s.conversation_id
     LEFT JOIN address a ON a.user_id = m.user_id AND a.kind = m.sender ->> '$.kind' AND a.address = m.sender ->> '$.address'
     LEFT JOIN contact f ON f.id = a.contact_id LEFT JOIN contact p ON p.id = c.contact_id
     LEFT JOIN address b ON b.id = m.sender_id LEFT JOIN contact k ON k.id = b.contact_id
     WHERE m.id = ? AND m.user_id = ? AND m.deleted_at IS NULL AND m.blocked_at IS NULL AND m.folded = 0 AND c.blocked_at IS NULL AND coalesce(f.blocked, 0) = 0 AND coalesce(p.blocked, 0) = 0`

const hitSql = `SELECT c.id, c.title, c.contact_id, p.name AS called, c.people, c.folder, c.archived_at IS NOT NULL AS archived, m.sort_at, m.channel, m.direction, m.seen, m.flagged,
     m.sender, m.proof, m.because ->> '$.warnings' AS warnings, b.contact_id AS known, k.name ${shown}`

/** Everything in one read. undefined: it may not be shown any more. */
export function hitRow(tx: Reader, userId: number, id: number): HitRow | undefined {
  const row = tx.get<{
    id: number, title: string, contact_id: number | null, called: string | null, people: string | null, folder: Folder, archived: number, sort_at: number, channel: string, direction: 'in' | 'out', seen: number, flagged: number,
    sender: string, proof: MessageRow['proof'], warnings: string | null, known: number | null, name: string | null
  }>(hitSql, id, userId)
  return row && {
    conversation: { id: row.id, title: row.title || row.called || '', contactId: row.contact_id, people: row.people === null ? [] : row.people.split(',').map(Number), folder: row.folder, archived: row.archived === 1 },
    sortAt: row.sort_at, channel: row.channel, direction: row.direction, seen: row.seen === 1, flagged: row.flagged === 1, sender: JSON.parse(row.sender), proof: row.proof,
    warnings: row.warnings === null ? undefined : JSON.parse(row.warnings), contact: row.known === null ? null : { id: row.known, name: row.name ?? '' }
  }
}
