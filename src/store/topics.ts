import type { ChangeList } from '../model/event.ts'
import { recount } from './conversations.ts'
import { withMessageId } from './messages.ts'
import type { Reader, Writer } from './tx.ts'

export type Topic = { id: number, subject: string, redirectTo: number | null, rev: number }

type Columns = { id: number, subject: string, redirect_to: number | null, rev: number }

/** The topic itself, following joins; undefined when the user has none of that id. */
export function getTopic(tx: Reader, userId: number, id: number): Topic | undefined {
  let row: Columns | undefined
  for (let next: number | null = id, hops = 0; next !== null && hops < 100; next = row?.redirect_to ?? null, hops++) {
    row = tx.get<Columns>('SELECT id, subject, redirect_to, rev FROM topic WHERE id = ? AND user_id = ?', next, userId)
  }
  return row && { id: row.id, subject: row.subject, redirectTo: row.redirect_to, rev: row.rev }
}

/**
 * The topic of a mail: the one that its Message-ID and references belong to, by union, so that the order of arrival does not
 * matter. `joins` is false where the sender is not proven: such a mail takes part in one topic and joins none.
 */
export function topicOf(tx: Writer, changes: ChangeList, userId: number, { messageId, references, subject, joins }: { messageId: string | null, references: string[], subject: string, joins: boolean }): number {
  const ids = messageId === null ? references : [...references, messageId]
  const roots = new Map<number, Topic>()
  const seen = new Set<number>()
  const unknown: string[] = []
  for (const id of new Set(ids)) {
    const row = tx.get<{ topic_id: number }>('SELECT topic_id FROM topic_ref WHERE user_id = ? AND message_id = ?', userId, id)
    if (!row) unknown.push(id)
    if (!row || seen.has(row.topic_id)) continue
    seen.add(row.topic_id)
    const topic = getTopic(tx, userId, row.topic_id)
    if (topic) roots.set(topic.id, topic)
  }
  const [first, ...others] = [...roots.values()].sort((a, b) => a.id - b.id)
  const topic = first?.id ?? insertTopic(tx, changes, userId, subject)
  // The first mail of a thread names its topic; a later one under the same Message-ID is somebody else's.
  if (first && references.length === 0 && first.subject !== subject && joins && messageId !== null && withMessageId(tx, userId, messageId).length === 0) changes.add('topic.changed', topic, rename(tx, topic, subject))
  if (joins) for (const other of others) join(tx, changes, other.id, topic)
  if (joins || !first) for (const id of unknown) tx.run('INSERT INTO topic_ref (user_id, message_id, topic_id) VALUES (?, ?, ?)', userId, id, topic)
  return topic
}

function insertTopic(tx: Writer, changes: ChangeList, userId: number, subject: string): number {
  const id = tx.nextId('topic')
  tx.run('INSERT INTO topic (id, user_id, subject) VALUES (?, ?, ?)', id, userId, subject)
  changes.add('topic.changed', id, 1)
  return id
}

function rename(tx: Writer, id: number, subject: string): number {
  return tx.get<{ rev: number }>('UPDATE topic SET subject = ?, rev = rev + 1 WHERE id = ? RETURNING rev', subject, id)!.rev
}

/** Messages change their topic, and joins are rare: clients fetch the windows of the conversations they lie in anew. */
function join(tx: Writer, changes: ChangeList, id: number, into: number): void {
  const conversations = tx.all<{ id: number }>('SELECT DISTINCT s.conversation_id AS id FROM message m JOIN strand s ON s.id = m.strand_id WHERE m.topic_id = ?', id)
  tx.run('UPDATE topic_ref SET topic_id = ? WHERE topic_id = ?', into, id)
  tx.run('UPDATE message SET topic_id = ?, rev = rev + 1 WHERE topic_id = ?', into, id)
  for (const conversation of conversations) recount(tx, changes, conversation.id, { reset: true })
  const row = tx.get<{ rev: number }>('UPDATE topic SET redirect_to = ?, rev = rev + 1 WHERE id = ? RETURNING rev', into, id)!
  changes.add('topic.changed', id, row.rev)
}

/** The topics of a conversation, newest first, with what of them lies in it. */
export function listTopics(tx: Reader, conversationId: number, { before, limit }: { before: { lastAt: number, id: number } | null, limit: number }): { id: number, subject: string, rev: number, messages: number, unread: number, lastAt: number }[] {
  return tx.all(
    `SELECT t.id, t.subject, t.rev, count(*) AS messages, sum(m.seen = 0) AS unread, max(m.sort_at) AS lastAt
     FROM strand s JOIN message m ON m.strand_id = s.id JOIN topic t ON t.id = m.topic_id
     WHERE s.conversation_id = ? GROUP BY t.id HAVING (max(m.sort_at), t.id) < (?, ?) ORDER BY lastAt DESC, t.id DESC LIMIT ?`,
    conversationId, before?.lastAt ?? Number.MAX_SAFE_INTEGER, before?.id ?? Number.MAX_SAFE_INTEGER, limit
  )
}
