import Type from 'typebox'
import { listOutbox } from '../../store/dispatches.ts'
import { logBounds } from '../../store/events.ts'
import { keyOf, pageOf } from '../cursor.ts'
import { method } from '../method.ts'
import { Cursor, Limit, Message, page } from '../objects.ts'
import { messagesOf } from '../present/message.ts'
import { sentAs } from '../examples.ts'

export const outboxList = method({
  name: 'outbox.list',
  summary: 'What is not over yet, newest first: messages that wait, are on their way, uncertain, or failed. A message to a group may come once for each of its operations.',
  params: Type.Object({ limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) }),
  result: page(Message),
  errors: [],
  example: { params: {}, result: { items: [sentAs('uncertain')], nextCursor: null, asOf: 42 } },
  handle: ({ store, userId }, { limit = 50, cursor }) => store.read((tx) => {
    const rows = listOutbox(tx, userId, { before: keyOf(cursor, 1)?.[0] ?? null, limit: limit + 1 })
    return { ...pageOf(rows, limit, messagesOf(tx, userId, rows.map(({ messageId }) => messageId)), ({ id }) => [id]), asOf: logBounds(tx, userId).head }
  })
})
