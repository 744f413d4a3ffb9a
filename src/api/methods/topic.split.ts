import Type from 'typebox'
import { splitTopic } from '../../inbound/topic-decide.ts'
import { getTopic } from '../../store/topics.ts'
import { change } from '../change.ts'
import { ApiError } from '../errors.ts'
import { ownMessage } from '../find.ts'
import { method } from '../method.ts'
import { Id, Topic } from '../objects.ts'
import { topicOf } from '../present/render.ts'

export const topicSplit = method({
  name: 'topic.split',
  summary: 'Parts a message, with all that answers it, from its topic, for later answers too. Returns the new topic; topic.join of both takes it back.',
  params: Type.Object({ messageId: Id }),
  result: Topic,
  errors: ['not_found', 'conflict'],
  example: { params: { messageId: 'm12' }, result: { id: 't7', subject: 'The hut', rev: 1 } },
  orderBy: () => 'topic',
  handle: (ctx, { messageId }) => change(ctx, (tx, changes) => {
    const { id, messageId: written, topicId } = ownMessage(tx, ctx.userId, messageId)
    const parted = topicId === null ? null : splitTopic(tx, changes, ctx.userId, { id, messageId: written, topicId })
    if (parted === null) throw new ApiError('conflict', 'this message begins its topic: split at one that answers it')
    return topicOf(getTopic(tx, ctx.userId, parted)!)
  })
})
