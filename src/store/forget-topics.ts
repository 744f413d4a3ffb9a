import type { ChangeList } from '../model/event.ts'
import { touchMessage } from './messages.ts'
import { othersIn } from './topic-graph.ts'
import { putClaim } from './topics.ts'
import type { Reader, Writer } from './tx.ts'

/** The Message-IDs of messages. */
export function messageIdsOf(tx: Reader, ids: number[]): string[] {
  return tx.all<{ key: string }>("SELECT coalesce(message_id, ' m' || id) AS key FROM message WHERE id IN (SELECT value FROM json_each(?))", JSON.stringify(ids)).map(({ key }) => key)
}

/** A topic remembers only what its messages that are left say: which ids there are, and what answers what. `gone`: what messages that were deleted were called. */
export function forgetKeys(tx: Writer, changes: ChangeList, userId: number, topicId: number, gone: readonly string[]): void {
  const rows = tx.all<{ id: number, message_id: string | null, refs: string }>('SELECT m.id, m.message_id, b.refs FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.topic_id = ?', topicId)
  const present = new Set(rows.flatMap(({ message_id }) => message_id ?? []))
  const held = new Set(present)
  const said = new Map<string, Set<string>>()
  for (const { id, message_id, refs } of rows) {
    const references = othersIn(JSON.parse(refs) as string[], message_id)
    // What it answers is not there any more.
    if (gone.includes(references.at(-1) ?? '')) touchMessage(tx, changes, id)
    for (const [at, one] of references.entries()) {
      held.add(one)
      const child = references[at + 1]
      if (child !== undefined) said.set(child, (said.get(child) ?? new Set()).add(one))
    }
  }
  for (const { key } of tx.all<{ key: string }>('SELECT message_id AS key FROM topic_ref WHERE topic_id = ?', topicId)) {
    if (present.has(key)) continue
    for (const { parent } of tx.all<{ parent: string }>('SELECT parent FROM topic_claim WHERE user_id = ? AND child = ?', userId, key)) {
      if (!said.get(key)?.has(parent)) tx.run('DELETE FROM topic_claim WHERE user_id = ? AND child = ? AND parent = ?', userId, key, parent)
    }
    if (held.has(key)) tx.run('UPDATE topic_ref SET present = 0 WHERE user_id = ? AND message_id = ?', userId, key)
    else tx.run('DELETE FROM topic_ref WHERE user_id = ? AND message_id = ?', userId, key)
  }
  for (const key of gone) {
    if (present.has(key)) continue
    for (const parent of said.get(key) ?? []) putClaim(tx, userId, key, parent)
    if (!held.has(key)) tx.run('DELETE FROM topic_link WHERE user_id = ?1 AND (one = ?2 OR other = ?2)', userId, key)
  }
}

/** What the oldest message of a topic that is left is about; undefined: nothing is left, or the user has named it. */
export function subjectLeft(tx: Reader, topicId: number): string | undefined {
  const row = tx.get<{ subject: string | null }>("SELECT (SELECT b.subject FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.topic_id = t.id ORDER BY m.sort_at, m.id LIMIT 1) AS subject FROM topic t WHERE t.id = ? AND t.named = 0 AND EXISTS (SELECT 1 FROM message WHERE topic_id = t.id)", topicId)
  return row && (row.subject ?? '')
}
