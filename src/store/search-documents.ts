import type { Card } from '../model/card.ts'
import { cardWords } from '../model/card-words.ts'
import { shown } from './search-hits.ts'
import type { Reader } from './tx.ts'

/** What the index is made of. */
export type MessageDocument = {
  strandId: number, channel: string, direction: 'in' | 'out', flagged: boolean, automatic: boolean
  sender: { kind: string, address: string | null, name?: string, raw: string }
  recipients: { kind: string, address: string, name?: string }[]
  subject: string | null, text: string, quoted: string | null
  /** What it carries beside its text, in words: '' for nothing. */
  carried: string
  files: { name: string, contentType: string, inline: boolean }[]
}

/** The user's messages among these ids that can be found, by id: those taken back are left out. */
export function findable(tx: Reader, userId: number, ids: readonly number[]): { id: number, sortAt: number }[] {
  return ids.flatMap((id) => tx.get<{ id: number, sortAt: number }>('SELECT id, sort_at AS sortAt FROM message WHERE id = ? AND user_id = ? AND deleted_at IS NULL', id, userId) ?? [])
}

/** Ids of all messages in a range, of whichever user; both ends are in it. */
export function idsBetween(tx: Reader, first: number, last: number, limit: number): number[] {
  return tx.all<{ id: number }>('SELECT id FROM message WHERE id >= ? AND id <= ? ORDER BY id LIMIT ?', first, last, limit).map(({ id }) => id)
}

/** Ids of a user's messages after one, in order. */
export function idsAfter(tx: Reader, userId: number, id: number, limit: number): number[] {
  return tx.all<{ id: number }>('SELECT id FROM message NOT INDEXED WHERE user_id = ? AND id > ? ORDER BY id LIMIT ?', userId, id, limit).map((row) => row.id)
}

type DocumentColumns = { id: number, strand_id: number, channel: string, direction: 'in' | 'out', flagged: number, automatic: string | null, sender: string, subject: string | null, text: string, quoted: string | null, recipients: string, attachments: number, cards: string | null }

const documentSql = 'm.id, m.strand_id, m.channel, m.direction, m.flagged, m.automatic, m.sender, b.subject, b.text, b.quoted, b.recipients, b.attachments, b.cards'
const oneDocument = `SELECT ${documentSql} FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.id = ?`
const theseDocuments = `SELECT ${documentSql} FROM json_each(?1) asked CROSS JOIN message m ON m.id = asked.value JOIN message_body b ON b.message_id = m.id WHERE m.user_id = ?2`

/** Throws when there is no such message. */
export function documentOf(tx: Reader, id: number): MessageDocument {
  const row = tx.get<DocumentColumns>(oneDocument, id)
  if (!row) throw new Error(`there is no message ${id}`)
  return documentIn(tx, row)
}

/** Messages of a user in one read, by id; without those that are gone. */
export function documentsOf(tx: Reader, userId: number, ids: readonly number[]): Map<number, MessageDocument> {
  return new Map(tx.all<DocumentColumns>(theseDocuments, JSON.stringify(ids), userId).map((row) => [row.id, documentIn(tx, row)]))
}

/** `length` counts characters: as many as there are bytes only in plain ASCII. Other letters may be folded into those that are looked for; escapes in JSON may hide them. */
const mayHave = (column: string) => `length(${column}) <> octet_length(${column}) OR instr(lower(${column}), ?3)`
const hintsSql = `SELECT m.id FROM json_each(?1) asked CROSS JOIN message m ON m.id = asked.value JOIN message_body b ON b.message_id = m.id
     WHERE m.user_id = ?2 AND (${['b.text', 'b.subject', 'm.sender', 'b.recipients', 'b.quoted'].map(mayHave).join(' OR ')} OR instr(m.sender, '\\') OR instr(b.recipients, '\\') OR b.attachments > 0 OR b.cards IS NOT NULL)`

/** Those of a user's messages in which these letters (lower case, a to z and digits) may stand somewhere; not the others. A tenth of the work of reading them. */
export function perhapsWith(tx: Reader, userId: number, ids: readonly number[], letters: string): Set<number> {
  return new Set(tx.all<{ id: number }>(hintsSql, JSON.stringify(ids), userId, letters).map(({ id }) => id))
}

function documentIn(tx: Reader, row: DocumentColumns): MessageDocument {
  const files = row.attachments === 0 ? [] : tx.all<{ name: string, contentType: string, inline: number }>('SELECT name, content_type AS contentType, inline FROM attachment WHERE message_id = ? ORDER BY id', row.id)
  return {
    strandId: row.strand_id, channel: row.channel, direction: row.direction, flagged: row.flagged === 1, automatic: row.automatic !== null, sender: JSON.parse(row.sender), recipients: JSON.parse(row.recipients),
    subject: row.subject, text: row.text, quoted: row.quoted, carried: row.cards === null ? '' : cardWords(JSON.parse(row.cards) as Card[]), files: files.map((file) => ({ ...file, inline: file.inline === 1 }))
  }
}

/** What a contact is called; null when they are gone or merged into another one. */
export function contactDocument(tx: Reader, userId: number, id: number): { name: string, named: boolean, friend: boolean, blocked: boolean, addresses: { kind: string, address: string, name: string | null }[] } | null {
  const row = tx.get<{ name: string, named_by: string, friend: number, blocked: number }>('SELECT name, named_by, friend, blocked FROM contact WHERE id = ? AND user_id = ? AND redirect_to IS NULL', id, userId)
  return row ? { name: row.name, named: row.named_by === 'user', friend: row.friend === 1, blocked: row.blocked === 1, addresses: tx.all('SELECT kind, address, name FROM address WHERE contact_id = ? ORDER BY id', id) } : null
}

/** What a conversation is called by itself; '' where its people's names are shown, and where it is another one's part now. */
export function ownTitle(tx: Reader, userId: number, id: number): string {
  return tx.get<{ title: string }>('SELECT title FROM conversation WHERE id = ? AND user_id = ? AND redirect_to IS NULL', id, userId)?.title ?? ''
}

/** The conversations with a name of their own. */
export function titledIds(tx: Reader, userId: number): number[] {
  return tx.all<{ id: number }>("SELECT id FROM conversation WHERE user_id = ? AND title <> '' AND redirect_to IS NULL ORDER BY id", userId).map(({ id }) => id)
}

export function contactIds(tx: Reader, userId: number): number[] {
  return tx.all<{ id: number }>('SELECT id FROM contact WHERE user_id = ? AND redirect_to IS NULL ORDER BY id', userId).map(({ id }) => id)
}

/** Those of these contacts who are there and not blocked, in the same order. */
export function openContacts(tx: Reader, userId: number, ids: readonly number[]): { id: number, friend: boolean }[] {
  return ids.flatMap((id) => tx.get<{ id: number, friend: number }>('SELECT id, friend FROM contact WHERE id = ? AND user_id = ? AND blocked = 0 AND redirect_to IS NULL', id, userId) ?? []).map(({ id, friend }) => ({ id, friend: friend === 1 }))
}

/** Users with a log, and how far it is. */
export function logHeads(tx: Reader): { userId: number, head: number, floor: number }[] {
  return tx.all('SELECT user_id AS userId, head, floor FROM user_log ORDER BY user_id')
}

/** Addresses of contacts, as they are now. */
export function addressesOfContacts(tx: Reader, contactIds: readonly number[]): { id: number, kind: string, address: string }[] {
  return contactIds.flatMap((id) => tx.all<{ id: number, kind: string, address: string }>('SELECT id, kind, address FROM address WHERE contact_id = ?', id))
}

/** Strands that an address takes part in. */
export function strandsWithAddress(tx: Reader, addressId: number): number[] {
  return tx.all<{ id: number }>('SELECT id FROM strand WHERE address_id = ?1 UNION SELECT strand_id FROM strand_member WHERE address_id = ?1', addressId).map(({ id }) => id)
}

/** Strands of a user in which something is unread. */
export function strandsWithUnread(tx: Reader, userId: number, limit: number): number[] {
  return tx.all<{ id: number }>('SELECT id FROM strand WHERE user_id = ? AND unread > 0 LIMIT ?', userId, limit).map(({ id }) => id)
}

/** What is not in the index since it changes by itself, of a message that may be shown. */
export type Shown = { sortAt: number, seen: boolean, folder: 'inbox' | 'other', archived: boolean }

const shownSql = `SELECT m.id, m.sort_at AS sortAt, m.seen, c.folder, c.archived_at IS NOT NULL AS archived ${shown()}`

/** Messages in one read, by id; without those that are gone, another user's, or may not be shown. */
export function shownStates(tx: Reader, userId: number, ids: readonly number[]): Map<number, Shown> {
  const rows = tx.all<{ id: number, sortAt: number, seen: number, folder: 'inbox' | 'other', archived: number }>(shownSql, JSON.stringify(ids), userId)
  return new Map(rows.map(({ id, sortAt, seen, folder, archived }) => [id, { sortAt, seen: seen === 1, folder, archived: archived === 1 }]))
}
