import Type from 'typebox'
import { listConversations } from '../../store/conversations.ts'
import { logBounds } from '../../store/events.ts'
import { keyOf, pageOf } from '../cursor.ts'
import { method } from '../method.ts'
import { Conversation, Cursor, FolderName, Limit, page } from '../objects.ts'
import { conversationOf } from '../present/conversation.ts'
import { conversationExample } from '../examples.ts'

export const conversationList = method({
  name: 'conversation.list',
  summary: 'The conversations of a folder, newest first.',
  params: Type.Object({ folder: FolderName, archived: Type.Optional(Type.Boolean()), limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) }),
  result: page(Conversation),
  errors: [],
  example: { params: { folder: 'inbox', limit: 50 }, result: { items: [conversationExample], nextCursor: null, asOf: 42 } },
  handle: ({ store, userId }, { folder, archived = false, limit = 50, cursor }) => store.read((tx) => {
    const key = keyOf(cursor, 2)
    const rows = listConversations(tx, userId, { folder, archived, before: key && { lastAt: key[0]!, id: key[1]! }, limit: limit + 1 })
    return { ...pageOf(rows, limit, (row) => conversationOf(tx, userId, row), ({ lastAt, id }) => [lastAt, id]), asOf: logBounds(tx, userId).head }
  })
})
