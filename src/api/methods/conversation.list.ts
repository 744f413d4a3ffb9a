import Type from 'typebox'
import { listBlocked, listConversations } from '../../store/conversations.ts'
import { logBounds } from '../../store/events.ts'
import { keyOf, pageOf } from '../cursor.ts'
import { ApiError } from '../errors.ts'
import { method } from '../method.ts'
import { Conversation, Cursor, FolderName, Limit, RuleWish, page } from '../objects.ts'
import { conversationsOf } from '../present/conversation.ts'
import { conversationExample } from '../examples.ts'

export const conversationList = method({
  name: 'conversation.list',
  summary: 'The conversations of a folder, newest first. `stream`: one stream of Other. `blocked`: those that are hidden, since whom they are with is blocked; whatever the folder.',
  params: Type.Object({ folder: FolderName, archived: Type.Optional(Type.Boolean()), blocked: Type.Optional(Type.Boolean()), stream: RuleWish.properties.stream, limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) }),
  result: page(Conversation),
  errors: [],
  example: { params: { folder: 'inbox', limit: 50 }, result: { items: [conversationExample], nextCursor: null, asOf: 42 } },
  handle: ({ store, userId }, { folder, archived = false, blocked = false, stream, limit = 50, cursor }) => store.read((tx) => {
    if (stream !== undefined && folder !== 'other') throw new ApiError('invalid_params', 'params.stream goes with the folder "other": the inbox has no streams')
    if (archived && stream !== undefined) throw new ApiError('invalid_params', 'params.archived and params.stream exclude each other')
    const key = keyOf(cursor, 2)
    const before = key && { lastAt: key[0]!, id: key[1]! }
    const rows = blocked ? listBlocked(tx, userId, { before, limit: limit + 1 }) : listConversations(tx, userId, { folder, archived, before, limit: limit + 1, ...(stream === undefined ? {} : { stream }) })
    return { ...pageOf(rows, limit, conversationsOf(tx, userId, rows), ({ lastAt, id }) => [lastAt, id]), asOf: logBounds(tx, userId).head }
  })
})
