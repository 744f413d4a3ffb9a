import Type from 'typebox'
import { updateConversation } from '../../store/conversations.ts'
import { change } from '../change.ts'
import { ApiError } from '../errors.ts'
import { checkRev, ownConversation } from '../find.ts'
import { method } from '../method.ts'
import { Conversation, Id, Rev, Time } from '../objects.ts'
import { conversationOf } from '../present/conversation.ts'
import { timeOf } from '../time.ts'
import { conversationExample } from '../examples.ts'

export const conversationUpdate = method({
  name: 'conversation.update',
  summary: 'Pins, archives, mutes, labels or names a conversation. What is not named stays.',
  params: Type.Object({
    id: Id,
    pinned: Type.Optional(Type.Boolean()),
    archived: Type.Optional(Type.Boolean()),
    mutedUntil: Type.Optional(Type.Union([Time, Type.Null()])),
    labels: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 50, uniqueItems: true })),
    name: Type.Optional(Type.String({ maxLength: 200 })),
    ifRev: Type.Optional(Rev)
  }),
  result: Conversation,
  errors: ['not_found', 'conflict'],
  example: { params: { id: 'c4', pinned: true }, result: { ...conversationExample, pinned: true } },
  orderBy: ({ id }) => id,
  handle: (ctx, { id, pinned, archived, mutedUntil, labels, name, ifRev }) => change(ctx, (tx, changes, now) => {
    const row = ownConversation(tx, ctx.userId, id)
    checkRev(row.rev, ifRev, () => conversationOf(tx, ctx.userId, row))
    if (name !== undefined && row.kind !== 'group') throw new ApiError('conflict', 'only a group has a name of its own: a person is named by contact.put')
    updateConversation(tx, changes, row, {
      ...(pinned === undefined ? {} : { pinned }), ...(archived === undefined ? {} : { archivedAt: archived ? row.archivedAt ?? now : null }),
      ...(mutedUntil === undefined ? {} : { mutedUntil: mutedUntil === null ? null : timeOf(mutedUntil, 'params.mutedUntil') }), ...(labels ? { labels } : {}), ...(name === undefined ? {} : { title: name })
    })
    return conversationOf(tx, ctx.userId, ownConversation(tx, ctx.userId, id))
  })
})
