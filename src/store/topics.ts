import type { ChangeList } from '../model/event.ts'
import { recount } from './conversations.ts'
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

/** The topics of a conversation, newest first, with what of them lies in it. */
export function listTopics(tx: Reader, conversationId: number, { before, limit }: { before: { lastAt: number, id: number } | null, limit: number }): { id: number, subject: string, rev: number, messages: number, unread: number, lastAt: number }[] {
  return tx.all(
    `SELECT t.id, t.subject, t.rev, count(*) AS messages, sum(m.seen = 0) AS unread, max(m.sort_at) AS lastAt
     FROM strand s JOIN message m ON m.strand_id = s.id JOIN topic t ON t.id = m.topic_id
     WHERE s.conversation_id = ? GROUP BY t.id HAVING (max(m.sort_at), t.id) < (?, ?) ORDER BY lastAt DESC, t.id DESC LIMIT ?`,
    conversationId, before?.lastAt ?? Number.MAX_SAFE_INTEGER, before?.id ?? Number.MAX_SAFE_INTEGER, limit
  )
}
