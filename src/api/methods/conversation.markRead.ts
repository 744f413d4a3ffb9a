import Type from 'typebox'
import { markSeenUpTo } from '../../store/messages.ts'
import { change } from '../change.ts'
import { ownConversation, ownMessage } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

export const conversationMarkRead = method({
  name: 'conversation.markRead',
  summary: 'Marks what is unread up to and with a message as read. Answers how many it marked.',
  params: Type.Object({ id: Id, upTo: Id }),
  result: Type.Object({ marked: Type.Integer({ minimum: 0 }) }),
  errors: ['not_found'],
  example: { params: { id: 'c4', upTo: 'm12' }, result: { marked: 3 } },
  orderBy: ({ id }) => id,
  handle: (ctx, { id, upTo }) => change(ctx, (tx, changes) => ({ marked: markSeenUpTo(tx, changes, ownConversation(tx, ctx.userId, id).id, ownMessage(tx, ctx.userId, upTo)) }))
})
