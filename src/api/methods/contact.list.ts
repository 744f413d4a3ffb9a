import Type from 'typebox'
import { listContacts } from '../../store/contacts.ts'
import { logBounds } from '../../store/events.ts'
import { keyOf, pageOf } from '../cursor.ts'
import { method } from '../method.ts'
import { Contact, Cursor, Limit, page } from '../objects.ts'
import { contactOf } from '../present/contact.ts'
import { contactExample } from '../examples.ts'

export const contactList = method({
  name: 'contact.list',
  summary: 'Everybody who wrote or was written to, strangers too, in the order in which they became known.',
  params: Type.Object({ limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) }),
  result: page(Contact),
  errors: [],
  example: { params: { limit: 50 }, result: { items: [contactExample], nextCursor: null, asOf: 42 } },
  handle: ({ store, userId }, { limit = 50, cursor }) => store.read((tx) => {
    const rows = listContacts(tx, userId, { afterId: keyOf(cursor, 1)?.[0] ?? 0, limit: limit + 1, friends: false })
    return { ...pageOf(rows, limit, (row) => contactOf(tx, row), ({ id }) => [id]), asOf: logBounds(tx, userId).head }
  })
})
