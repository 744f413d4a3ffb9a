import Type from 'typebox'
import { method } from '../method.ts'
import { Counts } from '../objects.ts'
import { countsOf } from '../present/render.ts'

export const inboxCounts = method({
  name: 'inbox.counts',
  summary: 'How many unread messages lie in each folder, archived conversations and blocked people left out; and how many wait in the screener.',
  params: Type.Object({}),
  result: Counts,
  errors: [],
  example: { params: {}, result: { inbox: 3, other: 12, screener: 2 } },
  handle: ({ store, userId }) => store.read((tx) => countsOf(tx, userId))
})
