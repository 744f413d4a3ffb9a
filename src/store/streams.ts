import type { Reader } from './tx.ts'

/** The streams of Other that have something in them, by name. */
export function streamCounts(tx: Reader, userId: number): { stream: string, conversations: number, unread: number }[] {
  return tx.all(
    `SELECT stream, count(*) AS conversations, sum(unread) AS unread FROM conversation INDEXED BY conversation_stream
     WHERE user_id = ? AND stream IS NOT NULL AND folder = 'other' AND blocked_at IS NULL AND redirect_to IS NULL AND archived_at IS NULL AND last_at > 0 GROUP BY stream ORDER BY stream`, userId)
}
