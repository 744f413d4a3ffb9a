import { createHash } from 'node:crypto'
import type { IncomingAmendment } from '../model/incoming.ts'
import type { Reader, Writer } from './tx.ts'

/** A message that something may be said about: where it lies and who sent it. */
export type Amendable = { id: number, strandId: number, strandKey: string, conversationId: number, folder: 'inbox' | 'other', direction: 'in' | 'out', sender: { kind: string, address: string | null, raw: string }, sortAt: number }

type Columns = Omit<Amendable, 'sender'> & { sender: string }

const amendable = `SELECT m.id, m.strand_id AS strandId, s.key AS strandKey, s.conversation_id AS conversationId, c.folder, m.direction, m.sender, m.sort_at AS sortAt
  FROM message m JOIN strand s ON s.id = m.strand_id JOIN conversation c ON c.id = s.conversation_id`

/** Messages of an account that bear this global id; the newest first, since some networks' clients count from 1 again. */
export function amendableByMessageId(tx: Reader, userId: number, accountId: number, messageId: string): Amendable[] {
  return tx.all<Columns>(`${amendable} WHERE m.user_id = ? AND m.message_id = ? AND m.account_id = ? ORDER BY m.sort_at DESC, m.id DESC`, userId, messageId, accountId).map((row) => ({ ...row, sender: JSON.parse(row.sender) }))
}

export function amendableAt(tx: Reader, accountId: number, remoteId: string): Amendable[] {
  return tx.all<Columns>(`${amendable} JOIN place p ON p.message_id = m.id WHERE p.account_id = ? AND p.remote_id = ?`, accountId, remoteId).map((row) => ({ ...row, sender: JSON.parse(row.sender) }))
}

/** The new text of a message. undefined when it has been changed later than `at` already, or taken back; else its new rev. */
export function replaceText(tx: Writer, id: number, { text, html, preview }: { text: string, html: string | null, preview: string }, at: number): number | undefined {
  const row = tx.get<{ rev: number }>('UPDATE message SET preview = ?, edited_at = ?, rev = rev + 1 WHERE id = ? AND deleted_at IS NULL AND coalesce(edited_at, 0) <= ? RETURNING rev', preview, at, id, at)
  if (row) tx.run('UPDATE message_body SET text = ?, html = ?, quoted = NULL, original = NULL, cards = NULL WHERE message_id = ?', text, html, id)
  return row?.rev
}

/** Takes a message back: that it was there stays, what it said is gone. undefined when it has been taken back before; else its new rev. */
export function retract(tx: Writer, id: number, at: number): number | undefined {
  const row = tx.get<{ rev: number }>("UPDATE message SET preview = '', deleted_at = ?, rev = rev + 1 WHERE id = ? AND deleted_at IS NULL RETURNING rev", at, id)
  if (!row) return undefined
  tx.run("UPDATE message_body SET subject = NULL, text = '', quoted = NULL, original = NULL, cards = NULL, html = NULL, raw_digest = NULL, attachments = 0 WHERE message_id = ?", id)
  tx.run('DELETE FROM attachment WHERE message_id = ?', id)
  return row.rev
}

/** One more change of a message that does not lie in its own row. Returns its new rev. */
export function touch(tx: Writer, id: number): number {
  return tx.get<{ rev: number }>('UPDATE message SET rev = rev + 1 WHERE id = ? RETURNING rev', id)!.rev
}

/** So many are kept for each room or person: whoever sends more about messages that never come drives out their own. */
const mostKept = 500

/** Keeps what was said about a message that is not there yet: the same one once, and the newest of each room or person (`saidIn`). */
export function keepAmendment(tx: Writer, accountId: number, { target, saidIn }: { target: string, saidIn: string }, incoming: IncomingAmendment, at: number): void {
  const said = JSON.stringify(incoming)
  tx.run('INSERT INTO amendment (account_id, target, at, digest, incoming, said_in) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING', accountId, target, at, createHash('sha256').update(said).digest(), said, saidIn)
  const { n } = tx.get<{ n: number }>('SELECT count(*) AS n FROM amendment WHERE account_id = ? AND said_in = ?', accountId, saidIn)!
  if (n > mostKept) tx.run('DELETE FROM amendment WHERE account_id = ?1 AND said_in = ?2 AND at <= (SELECT at FROM amendment WHERE account_id = ?1 AND said_in = ?2 ORDER BY at DESC LIMIT 1 OFFSET ?3)', accountId, saidIn, mostKept)
}

/** Whether anything is kept that was said about messages which are not there. */
export function hasAmendments(tx: Reader, accountId: number): boolean {
  return tx.get('SELECT 1 FROM amendment WHERE account_id = ? LIMIT 1', accountId) !== undefined
}

/** What was said about a message before it came, oldest first; it is kept no longer. */
export function takeAmendments(tx: Writer, accountId: number, target: string): { incoming: IncomingAmendment, at: number }[] {
  const rows = tx.all<{ incoming: string, at: number }>('SELECT incoming, at FROM amendment WHERE account_id = ? AND target = ? ORDER BY at', accountId, target)
  if (rows.length > 0) tx.run('DELETE FROM amendment WHERE account_id = ? AND target = ?', accountId, target)
  return rows.map(({ incoming, at }) => ({ incoming: JSON.parse(incoming) as IncomingAmendment, at }))
}
