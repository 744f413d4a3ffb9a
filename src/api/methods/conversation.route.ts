import Type from 'typebox'
import { updateConversation } from '../../store/conversations.ts'
import { change } from '../change.ts'
import { ownConversation } from '../find.ts'
import { method } from '../method.ts'
import { Conversation, FolderName, Id } from '../objects.ts'
import { conversationOf } from '../present/conversation.ts'
import { conversationExample } from '../examples.ts'

export const conversationRoute = method({
  name: 'conversation.route',
  summary: 'Moves a conversation to a folder. It stays there, whoever writes in it, until it is moved again.',
  params: Type.Object({ id: Id, folder: FolderName }),
  result: Conversation,
  errors: ['not_found'],
  example: { params: { id: 'c4', folder: 'inbox' }, result: { ...conversationExample, because: { rule: 'moved', text: 'You moved it here.', evidence: [] } } },
  orderBy: ({ id }) => id,
  handle: (ctx, { id, folder }) => change(ctx, (tx, changes) => {
    const row = ownConversation(tx, ctx.userId, id)
    updateConversation(tx, changes, row, { folder, routed: true, because: { rule: 'moved', text: 'You moved it here.', evidence: [] } })
    return conversationOf(tx, ctx.userId, ownConversation(tx, ctx.userId, id))
  })
})
