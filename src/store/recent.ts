import type { Reader } from './tx.ts'

/** The messages of a conversation since a time (ms), by the index of each of its strands. */
export function recentIn(tx: Reader, conversationId: number, since: number): { id: number, sortAt: number }[] {
  return tx.all('SELECT m.id, m.sort_at AS sortAt FROM strand s CROSS JOIN message m WHERE s.conversation_id = ? AND m.strand_id = s.id AND m.sort_at >= ?', conversationId, since)
}
