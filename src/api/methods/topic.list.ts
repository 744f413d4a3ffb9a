import Type from 'typebox'
import { logBounds } from '../../store/events.ts'
import { listTopics } from '../../store/topics.ts'
import { keyOf, pageOf } from '../cursor.ts'
import { ownConversation } from '../find.ts'
import { method } from '../method.ts'
import { Cursor, Id, Limit, page, Time, Topic } from '../objects.ts'
import { topicOf } from '../present/render.ts'
import { rfc3339 } from '../time.ts'

const Listed = Type.Object({ ...Topic.properties, messages: Type.Integer({ minimum: 1 }), unread: Type.Integer({ minimum: 0 }), lastAt: Time })

export const topicList = method({
  name: 'topic.list',
  summary: 'The topics of a conversation, newest first, with what of each lies in it: a topic is a whole mail thread and may run through several conversations.',
  params: Type.Object({ conversationId: Id, limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) }),
  result: page(Listed),
  errors: ['not_found'],
  example: {
    params: { conversationId: 'c4' },
    result: { items: [{ id: 't2', subject: 'Trip to the lake', rev: 1, messages: 3, unread: 1, lastAt: '2026-05-03T10:00:00.000Z' }], nextCursor: null, asOf: 42 }
  },
  handle: ({ store, userId }, { conversationId, limit = 50, cursor }) => store.read((tx) => {
    const key = keyOf(cursor, 2)
    const rows = listTopics(tx, ownConversation(tx, userId, conversationId).id, { before: key && { lastAt: key[0]!, id: key[1]! }, limit: limit + 1 })
    return {
      ...pageOf(rows, limit, (row) => ({ ...topicOf(row), messages: row.messages, unread: row.unread, lastAt: rfc3339(row.lastAt) }), ({ lastAt, id }) => [lastAt, id]),
      asOf: logBounds(tx, userId).head
    }
  })
})
