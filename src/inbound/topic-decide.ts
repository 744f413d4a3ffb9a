import type { ChangeList } from '../model/event.ts'
import { baseSubject } from '../content/subject.ts'
import { forgetCut, forgetLinks, graphOf, keyOf, putCut, putLink } from '../store/topic-graph.ts'
import { reform } from '../store/topic-reform.ts'
import { joinTopic, refOf } from '../store/topics.ts'
import type { Writer } from '../store/tx.ts'

/**
 * The user parts a message, and what answers it, from its topic, for now and for what comes later. Returns the new topic; null when it
 * begins its topic, so that there is nothing to part it from. What the user had joined at that very message comes apart first.
 */
export function splitTopic(tx: Writer, changes: ChangeList, userId: number, message: { id: number, messageId: string | null, topicId: number }): number | null {
  const key = keyOf(message.id, message.messageId)
  forgetLinks(tx, userId, key)
  const parted = reform(tx, changes, userId, message.topicId, { titleOf: baseSubject, apart: key })
  if (parted !== message.topicId) return parted
  putCut(tx, userId, message.id)
  const cut = reform(tx, changes, userId, message.topicId, { titleOf: baseSubject, apart: key })
  if (cut !== message.topicId) return cut
  forgetCut(tx, message.id)
  return null
}

/**
 * The user joins topics into the first, for now and for what comes later. Where a split made two of them, it is taken back.
 * Returns the message of each other topic at which a split takes this back.
 */
export function joinTopics(tx: Writer, changes: ChangeList, userId: number, topicIds: number[]): number[] {
  const [into, ...others] = topicIds as [number, ...number[]]
  return others.flatMap((other) => {
    const [mine, theirs] = [graphOf(tx, into).messages, graphOf(tx, other).messages]
    const was = [...mine, ...theirs].find(({ key, cut, references }) => {
      const parent = cut ? references.at(-1) : undefined
      const from = theirs.some((one) => one.key === key) ? into : other
      return parent !== undefined && refOf(tx, userId, parent)?.topicId === from
    })
    const first = theirs[0]
    if (was) forgetCut(tx, was.id)
    else if (mine[0] && first) putLink(tx, userId, mine[0].key, first.key)
    joinTopic(tx, changes, other, into)
    const at = was?.id ?? first?.id
    return at === undefined ? [] : [at]
  })
}
