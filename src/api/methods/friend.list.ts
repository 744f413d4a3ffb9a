import Type from 'typebox'
import { listContacts } from '../../store/contacts.ts'
import { logBounds } from '../../store/events.ts'
import { keyOf, pageOf } from '../cursor.ts'
import { method } from '../method.ts'
import { Contact, Cursor, Limit, page } from '../objects.ts'
import { contactOf } from '../present/contact.ts'
import { contactExample } from '../examples.ts'

export const friendList = method({
  name: 'friend.list',
  summary: 'The user\'s friends: whose messages come into the inbox.',
  params: Type.Object({ limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) }),
  result: page(Contact),
  errors: [],
  example: { params: {}, result: { items: [contactExample], nextCursor: null, asOf: 42 } },
  handle: ({ store, userId }, { limit = 50, cursor }) => store.read((tx) => {
    const rows = listContacts(tx, userId, { afterId: keyOf(cursor, 1)?.[0] ?? 0, limit: limit + 1, friends: true })
    return { ...pageOf(rows, limit, (row) => contactOf(tx, row), ({ id }) => [id]), asOf: logBounds(tx, userId).head }
  })
})
