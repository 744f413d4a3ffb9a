import type { ChangeList } from '../model/event.ts'
import { recount } from './conversations.ts'
import { conversationsOf } from './topics.ts'
import type { Reader, Writer } from './tx.ts'

/** A message as the graph of topics sees it. `key`: its Message-ID, or what stands for one.  `cut`: the user has parted it from what it answers. */
export type GraphMessage = { id: number, key: string, references: string[], subject: string | null, cut: boolean }

/** What a message refers to besides itself, each once. */
export const othersIn = (references: string[], key: string | null): string[] => references.filter((one, i) => one !== key && references.indexOf(one) === i)

/** What stands for the Message-ID of a message without one: no Message-ID has a blank in it. */
export const keyOf = (id: number, messageId: string | null): string => messageId ?? ` m${id}`

/** The messages of a topic in the order of their ids; of two under one Message-ID the first. */
export function graphOf(tx: Reader, topicId: number): { messages: GraphMessage[], doubles: { id: number, key: string }[] } {
  const rows = tx.all<{ id: number, message_id: string | null, refs: string, subject: string | null, cut: number | null }>(
    `SELECT m.id, m.message_id, b.refs, b.subject, c.message_id AS cut FROM message m JOIN message_body b ON b.message_id = m.id LEFT JOIN topic_cut c ON c.message_id = m.id WHERE m.topic_id = ? ORDER BY m.id`, topicId)
  const messages = new Map<string, GraphMessage>()
  const doubles: { id: number, key: string }[] = []
  for (const { id, message_id, refs, subject, cut } of rows) {
    const key = keyOf(id, message_id)
    if (messages.has(key)) doubles.push({ id, key })
    else messages.set(key, { id, key, references: othersIn(JSON.parse(refs) as string[], key), subject, cut: cut !== null })
  }
  return { messages: [...messages.values()], doubles }
}

/** What is said of the ids in a topic whose messages are not there: that each answers another. */
export function claimsIn(tx: Reader, topicId: number): { child: string, parent: string }[] {
  return tx.all('SELECT c.child, c.parent FROM topic_ref r JOIN topic_claim c ON c.user_id = r.user_id AND c.child = r.message_id WHERE r.topic_id = ? AND r.present = 0', topicId)
}

/** What the user has joined, as pairs of keys. */
export function linksOf(tx: Reader, userId: number): { one: string, other: string }[] {
  return tx.all('SELECT one, other FROM topic_link WHERE user_id = ?', userId)
}

export function putLink(tx: Writer, userId: number, one: string, other: string): void {
  tx.run('INSERT INTO topic_link (user_id, one, other) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', userId, one, other)
}

/** Forgets what the user joined at this message. */
export function forgetLinks(tx: Writer, userId: number, key: string): void {
  tx.run('DELETE FROM topic_link WHERE user_id = ? AND (one = ? OR other = ?)', userId, key, key)
}

export function putCut(tx: Writer, userId: number, messageId: number): void {
  tx.run('INSERT INTO topic_cut (message_id, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING', messageId, userId)
}

export function forgetCut(tx: Writer, messageId: number): void {
  tx.run('DELETE FROM topic_cut WHERE message_id = ?', messageId)
}

/** Puts messages and Message-IDs of one topic into another. Clients fetch the windows of all its conversations anew. */
export function moveToTopic(tx: Writer, changes: ChangeList, userId: number, { from, to, messages, keys }: { from: number, to: number, messages: number[], keys: string[] }): void {
  const conversations = conversationsOf(tx, from)
  for (const id of messages) tx.run('UPDATE message SET topic_id = ?, rev = rev + 1 WHERE id = ?', to, id)
  for (const key of keys) tx.run('UPDATE topic_ref SET topic_id = ? WHERE user_id = ? AND message_id = ?', to, userId, key)
  const row = tx.get<{ rev: number }>('UPDATE topic SET rev = rev + 1 WHERE id = ? RETURNING rev', from)!
  changes.add('topic.changed', from, row.rev)
  for (const conversation of conversations) recount(tx, changes, conversation, { reset: true })
}

/** Forgets the Message-IDs of a topic for which \`gone\` holds. */
export function forgetRefs(tx: Writer, userId: number, topicId: number, gone: (key: string) => boolean): void {
  for (const { key } of tx.all<{ key: string }>('SELECT message_id AS key FROM topic_ref WHERE topic_id = ?', topicId)) {
    if (gone(key)) tx.run('DELETE FROM topic_ref WHERE user_id = ? AND message_id = ?', userId, key)
  }
}
