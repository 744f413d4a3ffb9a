import Type from 'typebox'
import { markUnseenFrom } from '../../store/messages.ts'
import { mark } from '../mark.ts'
import { messageIn } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

export const conversationMarkUnread = method({
  name: 'conversation.markUnread',
  summary: 'Marks what came in from a message on, that one too, as unread. Answers how many it marked.',
  params: Type.Object({ id: Id, from: Id }),
  result: Type.Object({ marked: Type.Integer({ minimum: 0 }) }),
  errors: ['not_found'],
  example: { params: { id: 'c4', from: 'm12' }, result: { marked: 1 } },
  orderBy: ({ id }) => id,
  handle: (ctx, { id, from }) => mark(ctx, id, false, (tx, changes, conversation, ids) => markUnseenFrom(tx, changes, conversation.id, messageIn(tx, ctx.userId, conversation, from), ids))
})
