import type { ChangeList } from '../model/event.ts'
import { getTopic, insertTopic, joinTopic, nameNameless, nameTopic, putClaim, putPresent, putRef, refOf, takeClaims } from './topics.ts'
import type { Ref } from './topics.ts'
import type { Writer } from './tx.ts'
import { othersIn } from './topic-graph.ts'
import { reform } from './topic-reform.ts'
import type { TitleOf } from './topic-reform.ts'

/** What a new message says of its thread. `subject`: as written. `joins`: what it says of messages that are not there is believed. */
export type Said = { messageId: string | null, references: string[], subject: string | null, joins: boolean }

/**
 * The topic of a new message. A message says itself what it answers: the last one that it refers to. What it says of the others, that
 * each of its references answers the one before, counts only for those that are not there, and only as long: when one of them
 * comes, it says so itself. So nobody joins two threads whose mails are there by naming ids of both, and the result
 * does not depend on the order of arrival. A second message under a Message-ID lies with the first and says nothing.
 */
export function topicOf(tx: Writer, changes: ChangeList, userId: number, { messageId, references: written, subject, joins }: Said, titleOf: TitleOf): number {
  const references = othersIn(written, messageId)
  const own = messageId === null ? undefined : refOf(tx, userId, messageId)
  if (own?.present) return own.topicId
  const known = new Map<string, Ref | undefined>(references.map((one) => [one, refOf(tx, userId, one)]))
  if (messageId !== null) known.set(messageId, own)

  let group = messageId === null ? [] : [messageId]
  const groups = [group]
  for (let at = references.length - 1; at >= 0; at--) {
    const one = references[at]!
    const child = references[at + 1]
    if (child === undefined) group.push(one)
    else if (joins && !known.get(child)?.present) {
      putClaim(tx, userId, child, one)
      group.push(one)
    } else groups.push(group = [one])
  }
  const title = titleOf(subject ?? '')
  const [found, ...others] = groups.filter((keys, i) => i === 0 || keys.length > 1).map((keys) => together(tx, changes, userId, keys, known, { title, own: messageId })) as [number, ...number[]]
  // A later group may have joined it to an older one.
  const topic = others.length > 0 ? getTopic(tx, userId, found)!.id : found
  const parent = known.get(references.at(-1) ?? '')
  if (title !== '' && parent && !parent.present) nameNameless(tx, changes, topic, title)
  if (messageId === null) return topic
  putPresent(tx, userId, messageId, topic)
  if (!own) return topic
  if (references.length === 0 && joins) nameTopic(tx, changes, topic, title, false)
  // What others said of this one counts no more; mostly it says the same.
  const said = takeClaims(tx, userId, messageId)
  const still = (parent: string) => parent === references.at(-1) || references.includes(parent) && joins && references.slice(references.indexOf(parent) + 1).every((one) => !known.get(one)?.present)
  return said.every(still) ? topic : reform(tx, changes, userId, topic, { titleOf, coming: { id: Number.MAX_SAFE_INTEGER, key: messageId, references, subject, cut: false } })
}

/** One topic for all these ids: the oldest of theirs, else a new one. `own`: the caller writes that one itself. */
function together(tx: Writer, changes: ChangeList, userId: number, keys: string[], known: Map<string, Ref | undefined>, { title, own }: { title: string, own: string | null }): number {
  // A group before may have joined the topic that was looked up.
  const of = (key: string) => known.get(key) && refOf(tx, userId, key)!.topicId
  const topics = keys.length === 1 ? [known.get(keys[0]!)?.topicId] : keys.map(of)
  const [first, ...others] = [...new Set(topics.filter((id) => id !== undefined))].sort((a, b) => a - b)
  const topic = first ?? insertTopic(tx, changes, userId, title)
  for (const other of others) joinTopic(tx, changes, other, topic)
  for (const key of keys) if (!known.get(key)) {
    if (key !== own) putRef(tx, userId, key, topic)
    known.set(key, { topicId: topic, present: false })
  }
  return topic
}
