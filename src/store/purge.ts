import type { ChangeList } from '../model/event.ts'
import type { Folder } from '../model/decision.ts'
import { recount } from './conversations.ts'
import type { Reader, Writer } from './tx.ts'

/** Users who have messages of blocked people that came before `before` (ms). */
export function usersWithBlocked(tx: Reader, before: number): number[] {
  return tx.all<{ id: number }>('SELECT DISTINCT user_id AS id FROM message WHERE blocked_at < ? ORDER BY user_id', before).map(({ id }) => id)
}

/** The oldest of them, at most `limit`. */
export function blockedBefore(tx: Reader, userId: number, before: number, limit: number): number[] {
  return tx.all<{ id: number }>('SELECT id FROM message WHERE blocked_at < ? AND user_id = ? ORDER BY blocked_at LIMIT ?', before, userId, limit).map(({ id }) => id)
}

/** Deletes messages with all that hangs on them; their strands and conversations count anew. Bytes that nothing refers to any more are collected later. */
export function deleteMessages(tx: Writer, changes: ChangeList, ids: number[]): void {
  const strands = new Map<number, { id: number, folder: Folder }>()
  for (const id of ids) {
    const row = tx.get<{ rev: number, strandId: number, conversationId: number, folder: Folder }>(
      'SELECT m.rev, m.strand_id AS strandId, s.conversation_id AS conversationId, c.folder FROM message m JOIN strand s ON s.id = m.strand_id JOIN conversation c ON c.id = s.conversation_id WHERE m.id = ?', id)
    if (!row) continue
    strands.set(row.strandId, { id: row.conversationId, folder: row.folder })
    tx.run('DELETE FROM place WHERE message_id = ?', id)
    tx.run('DELETE FROM attempt WHERE dispatch_id IN (SELECT id FROM dispatch WHERE message_id = ?)', id)
    tx.run('DELETE FROM dispatch WHERE message_id = ?', id)
    tx.run('DELETE FROM proof_due WHERE message_id = ?', id)
    tx.run('DELETE FROM topic_cut WHERE message_id = ?', id)
    tx.run('DELETE FROM reaction WHERE message_id = ?', id)
    tx.run('DELETE FROM attachment WHERE message_id = ?', id)
    tx.run('DELETE FROM message_body WHERE message_id = ?', id)
    tx.run('DELETE FROM message WHERE id = ?', id)
    changes.add('message.removed', id, row.rev + 1, { folder: row.folder, conversation: row.conversationId })
  }
  for (const strandId of strands.keys()) {
    tx.run(
      `UPDATE strand SET unread = (SELECT count(*) FROM message WHERE strand_id = ?1 AND seen = 0),
         last_message_id = (SELECT id FROM message WHERE strand_id = ?1 ORDER BY sort_at DESC, id DESC LIMIT 1), last_at = coalesce((SELECT max(sort_at) FROM message WHERE strand_id = ?1), 0) WHERE id = ?1`, strandId)
  }
  for (const id of new Set([...strands.values()].map(({ id }) => id))) recount(tx, changes, id)
}
