import Type from 'typebox'
import { logBounds } from '../../store/events.ts'
import { listScreenings } from '../../store/screener.ts'
import { keyOf, pageOf } from '../cursor.ts'
import { method } from '../method.ts'
import { Cursor, Limit, Screening, page } from '../objects.ts'
import { screeningOf } from '../present/screener.ts'
import { screeningExample } from '../examples.ts'

export const screenerHistory = method({
  name: 'screener.history',
  summary: 'What the user has decided in the screener, the newest first.',
  params: Type.Object({ limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) }),
  result: page(Screening),
  errors: [],
  example: { params: {}, result: { items: [screeningExample], nextCursor: null, asOf: 42 } },
  handle: ({ store, userId }, { limit = 50, cursor }) => store.read((tx) => ({
    ...pageOf(listScreenings(tx, userId, { beforeId: keyOf(cursor, 1)?.[0] ?? null, limit: limit + 1 }), limit, screeningOf, ({ id }) => [id]), asOf: logBounds(tx, userId).head
  }))
})
