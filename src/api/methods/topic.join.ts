import Type from 'typebox'
import { joinTopics } from '../../inbound/topic-decide.ts'
import { publicId } from '../../model/ids.ts'
import { getTopic } from '../../store/topics.ts'
import { change } from '../change.ts'
import { ApiError } from '../errors.ts'
import { ownTopic } from '../find.ts'
import { method } from '../method.ts'
import { Id, Topic } from '../objects.ts'
import { topicOf } from '../present/render.ts'

export const topicJoin = method({
  name: 'topic.join',
  summary: 'Joins topics into the first of them, for later answers too. topic.split at each of the messages in splitAt takes it back.',
  params: Type.Object({ ids: Type.Array(Id, { minItems: 2, maxItems: 20, uniqueItems: true }) }),
  result: Type.Object({ ...Topic.properties, splitAt: Type.Array(Id) }),
  errors: ['not_found'],
  example: { params: { ids: ['t2', 't7'] }, result: { id: 't2', subject: 'Trip to the lake', rev: 3, splitAt: ['m12'] } },
  orderBy: () => 'topic',
  handle: (ctx, { ids }) => change(ctx, (tx, changes) => {
    const topics = ids.map((id) => ownTopic(tx, ctx.userId, id).id)
    if (new Set(topics).size !== topics.length) throw new ApiError('invalid_params', 'params.ids must name topics that are not joined yet')
    const splitAt = joinTopics(tx, changes, ctx.userId, topics)
    return { ...topicOf(getTopic(tx, ctx.userId, topics[0]!)!), splitAt: splitAt.map((id) => publicId('message', id)) }
  })
})
