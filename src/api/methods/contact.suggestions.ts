import Type from 'typebox'
import { suggestions } from '../../inbound/suggest.ts'
import { getContact } from '../../store/contacts.ts'
import { logBounds } from '../../store/events.ts'
import { keyOf, pageOf } from '../cursor.ts'
import { method } from '../method.ts'
import { Contact, Cursor, Limit, page } from '../objects.ts'
import { contactOf } from '../present/contact.ts'
import { contactExample } from '../examples.ts'

export const contactSuggestions = method({
  name: 'contact.suggestions',
  summary: 'Contacts that may be one person under two addresses, with what speaks for it. Nothing is merged by itself: contact.merge does it, contact.keepApart ends the suggestion.',
  params: Type.Object({ limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) }),
  result: page(Type.Object({ contacts: Type.Array(Contact, { minItems: 2, maxItems: 2 }), evidence: Type.Array(Type.String()) })),
  errors: [],
  example: {
    params: {},
    result: {
      items: [{
        contacts: [contactExample, { ...contactExample, id: 'p7', addresses: [{ kind: 'chat', address: 'alice@chat.example' }] }],
        evidence: ['Both are called Alice: alice@friend.example and alice@chat.example.', 'Both are in a group with Bob.', 'You know both: each is a friend, or you have written to them.']
      }],
      nextCursor: null, asOf: 42
    }
  },
  handle: ({ store, userId }, { limit = 50, cursor }) => store.read((tx) => {
    const key = keyOf(cursor, 2)
    const rows = suggestions(tx, userId, { after: key && [key[0]!, key[1]!], limit: limit + 1 })
    const present = (id: number) => contactOf(tx, getContact(tx, userId, id)!)
    return { ...pageOf(rows, limit, ({ one, other, evidence }) => ({ contacts: [present(one), present(other)], evidence }), ({ one, other }) => [one, other]), asOf: logBounds(tx, userId).head }
  })
})
