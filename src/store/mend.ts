import type { ChangeList } from '../model/event.ts'
import { recount } from './conversations.ts'
import { logBounds } from './events.ts'
import type { Writer } from './tx.ts'
import type { Mend } from './verify.ts'

/** Computes again what is derived, as it is now. Clients hear of it, and fetch what changed. */
export function mend(tx: Writer, changes: ChangeList, { what, id, userId }: Mend): void {
  switch (what) {
    case 'strand': {
      const row = tx.get<{ conversation_id: number }>(
        `UPDATE strand SET
           unread = (SELECT count(*) FROM message m WHERE m.strand_id = strand.id AND m.seen = 0),
           last_at = coalesce((SELECT m.sort_at FROM message m WHERE m.strand_id = strand.id ORDER BY m.sort_at DESC, m.id DESC LIMIT 1), 0),
           last_message_id = (SELECT m.id FROM message m WHERE m.strand_id = strand.id ORDER BY m.sort_at DESC, m.id DESC LIMIT 1)
         WHERE id = ? RETURNING conversation_id`, id)
      if (row) recount(tx, changes, row.conversation_id, { reset: true })
      return
    }
    case 'conversation': return void recount(tx, changes, id, { reset: true })
    case 'attachments': return void tx.run('UPDATE message_body SET attachments = (SELECT count(*) FROM attachment a WHERE a.message_id = message_body.message_id) WHERE message_id = ?', id)
    case 'log': return mendLog(tx, userId)
  }
}

/** What is missing cannot be made again: the floor goes above the last gap, so that whoever had not read so far takes a snapshot. */
function mendLog(tx: Writer, userId: number): void {
  const newest = tx.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM event WHERE user_id = ?', userId)!.seq ?? 0
  const head = Math.max(logBounds(tx, userId).head, newest)
  const start = newest < head ? head + 1 : tx.get<{ seq: number | null }>(
    'SELECT max(e.seq) AS seq FROM event e WHERE e.user_id = ?1 AND NOT EXISTS (SELECT 1 FROM event p WHERE p.user_id = ?1 AND p.seq = e.seq - 1)', userId)!.seq ?? head + 1
  tx.run('UPDATE user_log SET head = ?, floor = ? WHERE user_id = ?', head, start - 1, userId)
  tx.run('DELETE FROM event WHERE user_id = ? AND seq < ?', userId, start)
}
