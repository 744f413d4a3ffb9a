import type { ChangeList } from '../model/event.ts'
import type { Reader, Writer } from './tx.ts'

/** A small picture of a file: its digest and size in the blob store, and how large it is in pixels. */
export type Thumbnail = { digest: Uint8Array, size: number, width: number, height: number }

export type Attachment = {
  id: number, messageId: number | null, digest: Uint8Array, name: string, contentType: string, size: number, inline: boolean, contentId: string | null
  /** What is in it is not what it says, in words for the user. */
  warning: string | null
  thumbnail: Thumbnail | null
}
export type NewAttachment = Omit<Attachment, 'id' | 'warning' | 'thumbnail'> & { warning?: string | null }

type Columns = {
  id: number, message_id: number | null, digest: Uint8Array, name: string, content_type: string, size: number, inline: number, content_id: string | null
  warning: string | null, thumbnail: Uint8Array | null, thumbnail_size: number, thumbnail_width: number, thumbnail_height: number
}
const columns = 'id, message_id, digest, name, content_type, size, inline, content_id, warning, thumbnail, thumbnail_size, thumbnail_width, thumbnail_height'
const attachmentOf = (row: Columns): Attachment => ({
  id: row.id, messageId: row.message_id, digest: row.digest, name: row.name, contentType: row.content_type, size: row.size, inline: row.inline === 1, contentId: row.content_id, warning: row.warning,
  thumbnail: row.thumbnail && { digest: row.thumbnail, size: row.thumbnail_size, width: row.thumbnail_width, height: row.thumbnail_height }
})

export function insertAttachment(tx: Writer, userId: number, attachment: NewAttachment, now: number): number {
  const id = tx.nextId('attachment')
  tx.run(
    'INSERT INTO attachment (id, user_id, message_id, digest, name, content_type, size, inline, content_id, created_at, warning) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    id, userId, attachment.messageId, attachment.digest, attachment.name, attachment.contentType, attachment.size, Number(attachment.inline), attachment.contentId, now, attachment.warning ?? null
  )
  return id
}

export function attachmentsOf(tx: Reader, messageId: number): Attachment[] {
  return tx.all<Columns>(`SELECT ${columns} FROM attachment WHERE message_id = ? ORDER BY id`, messageId).map(attachmentOf)
}

/** undefined when the user has none of that id. */
export function getAttachment(tx: Reader, userId: number, id: number): Attachment | undefined {
  const row = tx.get<Columns>(`SELECT ${columns} FROM attachment WHERE id = ? AND user_id = ?`, id, userId)
  return row && attachmentOf(row)
}

/** Gives an upload to a message. False when it is used already. */
export function attach(tx: Writer, id: number, messageId: number): boolean {
  return tx.run('UPDATE attachment SET message_id = ? WHERE id = ? AND message_id IS NULL', messageId, id) === 1
}

/**
 * The attachments and uploads after `id`, of all users, in the order they were stored. Their ids are given by the one writer
 * within its transactions, so whoever has seen one has seen all before it, as with the log.
 */
export function attachmentsAfter(tx: Reader, id: number, limit: number): { id: number, userId: number, digest: Uint8Array, contentType: string, size: number }[] {
  return tx.all('SELECT id, user_id AS userId, digest, content_type AS contentType, size FROM attachment WHERE id > ? ORDER BY id LIMIT ?', id, limit)
}

/** Keeps the small picture of an attachment, and tells of its message. Nothing when it is gone meanwhile. */
export function setThumbnail(tx: Writer, changes: ChangeList, id: number, { digest, size, width, height }: Thumbnail): void {
  const row = tx.get<{ message_id: number | null }>('UPDATE attachment SET thumbnail = ?, thumbnail_size = ?, thumbnail_width = ?, thumbnail_height = ? WHERE id = ? RETURNING message_id', digest, size, width, height, id)
  if (!row?.message_id) return
  const message = tx.get<{ rev: number, folder: 'inbox' | 'other', conversation: number }>(
    'SELECT m.rev, c.folder, s.conversation_id AS conversation FROM message m JOIN strand s ON s.id = m.strand_id JOIN conversation c ON c.id = s.conversation_id WHERE m.id = ?', row.message_id)!
  tx.run('UPDATE message SET rev = rev + 1 WHERE id = ?', row.message_id)
  changes.add('message.changed', row.message_id, message.rev + 1, { folder: message.folder, conversation: message.conversation })
}
