import type { ChangeList } from '../model/event.ts'
import { recount } from './conversations.ts'
import { strandsOf } from './strands.ts'
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

/** A Message-ID in the graph: its topic, which is never a redirected one, and whether its message is there. */
export type Ref = { topicId: number, present: boolean }

export function refOf(tx: Reader, userId: number, messageId: string): Ref | undefined {
  const row = tx.get<{ topic_id: number, present: number }>('SELECT topic_id, present FROM topic_ref WHERE user_id = ? AND message_id = ?', userId, messageId)
  return row && { topicId: row.topic_id, present: row.present === 1 }
}

export function putRef(tx: Writer, userId: number, messageId: string, topicId: number): void {
  tx.run('INSERT INTO topic_ref (user_id, message_id, topic_id) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET topic_id = excluded.topic_id', userId, messageId, topicId)
}

/** The message itself is there now. */
export function putPresent(tx: Writer, userId: number, messageId: string, topicId: number): void {
  tx.run('INSERT INTO topic_ref (user_id, message_id, topic_id, present) VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET topic_id = excluded.topic_id, present = 1', userId, messageId, topicId)
}

/** Notes that some message says what another, which is not there, answers. */
export function putClaim(tx: Writer, userId: number, child: string, parent: string): void {
  tx.run('INSERT INTO topic_claim (user_id, child, parent) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', userId, child, parent)
}

/** What others said that a message answers; forgotten, since it is there now and says so itself. */
export function takeClaims(tx: Writer, userId: number, child: string): string[] {
  const rows = tx.all<{ parent: string }>('SELECT parent FROM topic_claim WHERE user_id = ? AND child = ?', userId, child)
  if (rows.length > 0) tx.run('DELETE FROM topic_claim WHERE user_id = ? AND child = ?', userId, child)
  return rows.map(({ parent }) => parent)
}

export function insertTopic(tx: Writer, changes: ChangeList, userId: number, subject: string): number {
  const id = tx.nextId('topic')
  tx.run('INSERT INTO topic (id, user_id, subject) VALUES (?, ?, ?)', id, userId, subject)
  changes.add('topic.changed', id, 1)
  return id
}

/** What a topic is called. `byUser`: then no mail names it any more; without it nothing happens where the user has named it. */
export function nameTopic(tx: Writer, changes: ChangeList, id: number, subject: string, byUser: boolean): void {
  const row = byUser
    ? tx.get<{ rev: number }>('UPDATE topic SET subject = ?, named = 1, rev = rev + 1 WHERE id = ? RETURNING rev', subject, id)
    : tx.get<{ rev: number }>('UPDATE topic SET subject = ?, rev = rev + 1 WHERE id = ? AND named = 0 AND subject <> ? RETURNING rev', subject, id, subject)
  if (row) changes.add('topic.changed', id, row.rev)
}

/** Names a topic that nothing has named so far. */
export function nameNameless(tx: Writer, changes: ChangeList, id: number, subject: string): void {
  const row = tx.get<{ rev: number }>("UPDATE topic SET subject = ?, rev = rev + 1 WHERE id = ? AND named = 0 AND subject = '' RETURNING rev", subject, id)
  if (row) changes.add('topic.changed', id, row.rev)
}

/** Messages change their topic, and joins are rare: clients fetch the windows of the conversations they lie in anew. What the user called one of them stays. */
export function joinTopic(tx: Writer, changes: ChangeList, id: number, into: number): void {
  const conversations = conversationsOf(tx, id)
  tx.run('UPDATE topic_ref SET topic_id = ? WHERE topic_id = ?', into, id)
  tx.run('UPDATE message SET topic_id = ?, rev = rev + 1 WHERE topic_id = ?', into, id)
  for (const conversation of conversations) recount(tx, changes, conversation, { reset: true })
  const row = tx.get<{ rev: number, subject: string, named: number }>('UPDATE topic SET redirect_to = ?, rev = rev + 1 WHERE id = ? RETURNING rev, subject, named', into, id)!
  changes.add('topic.changed', id, row.rev)
  if (row.named === 1 && tx.get<{ named: number }>('SELECT named FROM topic WHERE id = ?', into)!.named === 0) nameTopic(tx, changes, into, row.subject, true)
}

/** The conversations that a topic runs through. */
export function conversationsOf(tx: Reader, topicId: number): number[] {
  return tx.all<{ id: number }>('SELECT DISTINCT s.conversation_id AS id FROM message m JOIN strand s ON s.id = m.strand_id WHERE m.topic_id = ?', topicId).map(({ id }) => id)
}

/** A topic's newest message in a conversation, found from one of its strands: walked newest first, so a page costs what lies on it, not the conversation. */
const newestOfTopics =
  `SELECT m.topic_id AS id, m.sort_at AS lastAt FROM message m INDEXED BY message_strand
   WHERE m.strand_id = ?1 AND m.sort_at <= ?3 AND m.topic_id IS NOT NULL AND (m.sort_at < ?3 OR m.topic_id < ?4)
     AND NOT EXISTS (SELECT 1 FROM message n JOIN strand s ON s.id = n.strand_id WHERE n.topic_id = m.topic_id AND s.conversation_id = ?2 AND (n.sort_at, n.id) > (m.sort_at, m.id))
   ORDER BY m.sort_at DESC, m.topic_id DESC LIMIT ?5`

/** The topics of a conversation, newest first, with what of them lies in it. */
export function listTopics(tx: Reader, conversationId: number, { before, limit }: { before: { lastAt: number, id: number } | null, limit: number }): { id: number, subject: string, rev: number, messages: number, unread: number, lastAt: number }[] {
  const at = before?.lastAt ?? Number.MAX_SAFE_INTEGER
  const id = before?.id ?? Number.MAX_SAFE_INTEGER
  const found = strandsOf(tx, conversationId).flatMap((strand) => tx.all<{ id: number, lastAt: number }>(newestOfTopics, strand.id, conversationId, at, id, limit))
  return found.sort((a, b) => b.lastAt - a.lastAt || b.id - a.id).slice(0, limit).map((topic) => ({
    ...topic,
    ...tx.get<{ subject: string, rev: number }>('SELECT subject, rev FROM topic WHERE id = ?', topic.id)!,
    ...tx.get<{ messages: number, unread: number }>('SELECT count(*) AS messages, sum(m.seen = 0) AS unread FROM message m JOIN strand s ON s.id = m.strand_id WHERE m.topic_id = ? AND s.conversation_id = ?', topic.id, conversationId)!
  }))
}
