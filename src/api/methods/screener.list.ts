import Type from 'typebox'
import { logBounds } from '../../store/events.ts'
import { listWaiting } from '../../store/screener.ts'
import { keyOf, pageOf } from '../cursor.ts'
import { method } from '../method.ts'
import { Cursor, Limit, Waiting, page } from '../objects.ts'
import { waitingOf } from '../present/screener.ts'
import { waitingExample } from '../examples.ts'

export const screenerList = method({
  name: 'screener.list',
  summary: 'Who waits for a decision of the user: since when, with what proof, and how it begins. The newest first. What machines and lists send does not wait: it has its streams.',
  params: Type.Object({ limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) }),
  result: page(Waiting),
  errors: [],
  example: { params: {}, result: { items: [waitingExample], nextCursor: null, asOf: 42 } },
  handle: ({ store, userId }, { limit = 50, cursor }) => store.read((tx) => {
    const key = keyOf(cursor, 2)
    const rows = listWaiting(tx, userId, { before: key && { lastAt: key[0]!, id: key[1]! }, limit: limit + 1 })
    return { ...pageOf(rows, limit, ({ id }) => waitingOf(tx, userId, id), ({ lastAt, id }) => [lastAt, id]), asOf: logBounds(tx, userId).head }
  })
})
