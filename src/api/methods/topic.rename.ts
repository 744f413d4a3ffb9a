import Type from 'typebox'
import { getTopic, nameTopic } from '../../store/topics.ts'
import { change } from '../change.ts'
import { checkRev, ownTopic } from '../find.ts'
import { method } from '../method.ts'
import { Id, Rev, Topic } from '../objects.ts'
import { topicOf } from '../present/render.ts'

export const topicRename = method({
  name: 'topic.rename',
  summary: 'Calls a topic something else. It stays so, whatever the subjects of later mails are; what is sent keeps its own subject.',
  params: Type.Object({ id: Id, subject: Type.String({ maxLength: 1000 }), ifRev: Type.Optional(Rev) }),
  result: Topic,
  errors: ['not_found', 'conflict'],
  example: { params: { id: 't2', subject: 'Trip to the lake' }, result: { id: 't2', subject: 'Trip to the lake', rev: 2 } },
  orderBy: ({ id }) => id,
  handle: (ctx, { id, subject, ifRev }) => change(ctx, (tx, changes) => {
    const topic = ownTopic(tx, ctx.userId, id)
    checkRev(topic.rev, ifRev, () => topicOf(topic))
    nameTopic(tx, changes, topic.id, subject.trim(), true)
    return topicOf(getTopic(tx, ctx.userId, topic.id)!)
  })
})
