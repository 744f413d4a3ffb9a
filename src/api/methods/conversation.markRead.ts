import Type from 'typebox'
import { markSeenUpTo } from '../../store/messages.ts'
import { mark } from '../mark.ts'
import { messageIn } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

export const conversationMarkRead = method({
  name: 'conversation.markRead',
  summary: 'Marks what is unread up to and with a message as read, here and in mailboxes that know such marks; senders are told only if the user wants it (settings.set). Answers how many it marked.',
  params: Type.Object({ id: Id, upTo: Id }),
  result: Type.Object({ marked: Type.Integer({ minimum: 0 }) }),
  errors: ['not_found'],
  example: { params: { id: 'c4', upTo: 'm12' }, result: { marked: 3 } },
  orderBy: ({ id }) => id,
  handle: (ctx, { id, upTo }) => mark(ctx, id, true, (tx, changes, conversation, ids) => markSeenUpTo(tx, changes, conversation.id, messageIn(tx, ctx.userId, conversation, upTo), ids))
})
