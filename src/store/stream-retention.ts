import type { Reader } from './tx.ts'

/** Streams whose messages may be deleted after a time. */
export const keptStreams = ['newsletters', 'notifications', 'receipts'] as const

/**
 * Messages of a stream that came before `before` (ms), the oldest first, at most `limit`. Never one that is flagged, that lies in the inbox, in a conversation
 * that the user has pinned, labelled or written in, that was answered, or that comes from a friend. What a bounce says is kept: it is about a message of the user's.
 */
export function outlived(tx: Reader, userId: number, { stream, before, limit }: { stream: string, before: number, limit: number }): number[] {
  return tx.all<{ id: number }>(
    `SELECT m.id FROM message m INDEXED BY message_stream CROSS JOIN strand s ON s.id = m.strand_id CROSS JOIN conversation c ON c.id = s.conversation_id
     WHERE m.user_id = ? AND m.stream = ? AND m.received_at < ? AND m.stream IS NOT NULL AND m.direction = 'in' AND m.flagged = 0 AND m.blocked_at IS NULL AND m.automatic IS NOT 'bounce'
       AND c.folder = 'other' AND c.pinned = 0 AND c.labels = '[]'
       AND NOT EXISTS (SELECT 1 FROM strand own JOIN message o ON o.strand_id = own.id WHERE own.conversation_id = c.id AND o.direction = 'out')
       AND NOT EXISTS (SELECT 1 FROM message o WHERE o.topic_id = m.topic_id AND o.direction = 'out')
       AND NOT EXISTS (SELECT 1 FROM address a JOIN contact k ON k.id = a.contact_id WHERE k.friend = 1 AND k.redirect_to IS NULL
         AND ((a.id = m.sender_id) OR (a.user_id = m.user_id AND a.kind = json_extract(m.sender, '$.kind') AND a.address = json_extract(m.sender, '$.address'))))
     ORDER BY m.received_at LIMIT ?`, userId, stream, before, limit).map(({ id }) => id)
}
