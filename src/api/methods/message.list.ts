import Type from 'typebox'
import { logBounds } from '../../store/events.ts'
import { listEdges } from '../../store/messages.ts'
import type { Edge } from '../../store/messages.ts'
import { keyOf, pageOf } from '../cursor.ts'
import { ApiError } from '../errors.ts'
import { ownConversation, ownMessage, ownTopic } from '../find.ts'
import { method } from '../method.ts'
import { Cursor, Id, Limit, Message, page } from '../objects.ts'
import { bodyMaxBytes, messagesOf } from '../present/message.ts'
import { messageExample } from '../examples.ts'

export const messageList = method({
  name: 'message.list',
  summary: 'Messages of a conversation, newest first; with `after`, those that follow a message, oldest first.',
  params: Type.Object({
    conversationId: Id,
    topicId: Type.Optional(Id),
    before: Type.Optional(Id),
    after: Type.Optional(Id),
    limit: Type.Optional(Limit),
    cursor: Type.Optional(Cursor),
    bodyMaxBytes: Type.Optional(Type.Integer({ minimum: 0, maximum: 262144 }))
  }),
  result: page(Message),
  errors: ['not_found'],
  example: { params: { conversationId: 'c4', limit: 50 }, result: { items: [messageExample], nextCursor: null, asOf: 42 } },
  handle: ({ store, userId }, { conversationId, topicId, before, after, limit = 50, cursor, bodyMaxBytes: max = bodyMaxBytes }) => store.read((tx) => {
    if (before !== undefined && after !== undefined) throw new ApiError('invalid_params', 'params.before and params.after exclude each other')
    const key = keyOf(cursor, 2)
    const named = before ?? after
    const edge: Edge | null = key ? { sortAt: key[0]!, id: key[1]! } : named === undefined ? null : ownMessage(tx, userId, named)
    const rows = listEdges(tx, ownConversation(tx, userId, conversationId).id, {
      topicId: topicId === undefined ? null : ownTopic(tx, userId, topicId).id, direction: after === undefined ? 'before' : 'after', edge, limit: limit + 1
    })
    return { ...pageOf(rows, limit, messagesOf(tx, userId, rows.map(({ id }) => id), max), ({ sortAt, id }) => [sortAt, id]), asOf: logBounds(tx, userId).head }
  })
})
