import type { Reader, Writer } from './tx.ts'

export type Attachment = { id: number, messageId: number | null, digest: Uint8Array, name: string, contentType: string, size: number, inline: boolean, contentId: string | null }
export type NewAttachment = Omit<Attachment, 'id'>

type Columns = { id: number, message_id: number | null, digest: Uint8Array, name: string, content_type: string, size: number, inline: number, content_id: string | null }
const attachmentOf = (row: Columns): Attachment => ({ id: row.id, messageId: row.message_id, digest: row.digest, name: row.name, contentType: row.content_type, size: row.size, inline: row.inline === 1, contentId: row.content_id })

export function insertAttachment(tx: Writer, userId: number, attachment: NewAttachment, now: number): number {
  const id = tx.nextId('attachment')
  tx.run(
    'INSERT INTO attachment (id, user_id, message_id, digest, name, content_type, size, inline, content_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    id, userId, attachment.messageId, attachment.digest, attachment.name, attachment.contentType, attachment.size, Number(attachment.inline), attachment.contentId, now
  )
  return id
}

export function attachmentsOf(tx: Reader, messageId: number): Attachment[] {
  return tx.all<Columns>('SELECT id, message_id, digest, name, content_type, size, inline, content_id FROM attachment WHERE message_id = ? ORDER BY id', messageId).map(attachmentOf)
}

/** undefined when the user has none of that id. */
export function getAttachment(tx: Reader, userId: number, id: number): Attachment | undefined {
  const row = tx.get<Columns>('SELECT id, message_id, digest, name, content_type, size, inline, content_id FROM attachment WHERE id = ? AND user_id = ?', id, userId)
  return row && attachmentOf(row)
}

/** Gives an upload to a message. False when it is used already. */
export function attach(tx: Writer, id: number, messageId: number): boolean {
  return tx.run('UPDATE attachment SET message_id = ? WHERE id = ? AND message_id IS NULL', messageId, id) === 1
}
