import type { Filed } from '../model/arrival.ts'
import { getConversation, updateConversation } from '../store/conversations.ts'
import type { Unit } from './arrive.ts'

const mostLabels = 50

/**
 * Files a conversation as an archive had filed its messages: it bears all their labels; whether it is in the archive is what the
 * newest of its messages says, so that old mail does not take a living conversation out of sight.
 */
export function file({ tx, changes, account, now }: Unit, conversationId: number, messageIds: number[], filed: ReadonlyMap<number, Filed>): void {
  const conversation = getConversation(tx, account.userId, conversationId)
  if (!conversation) return
  const labels = [...new Set([...conversation.labels, ...messageIds.flatMap((id) => filed.get(id)?.labels ?? [])])].slice(0, Math.max(mostLabels, conversation.labels.length))
  const newest = conversation.lastMessageId === null ? undefined : filed.get(conversation.lastMessageId)
  const archivedAt = newest === undefined ? conversation.archivedAt : newest.archived ? conversation.archivedAt ?? now : null
  if (labels.length !== conversation.labels.length || archivedAt !== conversation.archivedAt) updateConversation(tx, changes, conversation, { labels, archivedAt })
}
