import Type from 'typebox'
import { logBounds } from '../../store/events.ts'
import { streamCounts } from '../../store/streams.ts'
import { method } from '../method.ts'
import { AsOf } from '../objects.ts'

export const streamList = method({
  name: 'stream.list',
  summary: 'The streams of Other: lists, newsletters, receipts, notifications, spam, and those that the user has named, each with how many senders and unread messages there are. conversation.list with `stream` shows one, by sender.',
  params: Type.Object({}),
  result: Type.Object({ items: Type.Array(Type.Object({ stream: Type.String(), conversations: Type.Integer({ minimum: 0 }), unread: Type.Integer({ minimum: 0 }) })), asOf: AsOf }),
  errors: [],
  example: { params: {}, result: { items: [{ stream: 'lists', conversations: 2, unread: 7 }, { stream: 'newsletters', conversations: 12, unread: 30 }], asOf: 42 } },
  handle: ({ store, userId }) => store.read((tx) => ({ items: streamCounts(tx, userId), asOf: logBounds(tx, userId).head }))
})
