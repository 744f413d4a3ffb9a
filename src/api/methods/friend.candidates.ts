import Type from 'typebox'
import { getContact } from '../../store/contacts.ts'
import { friendCandidates as candidatesOf } from '../../store/friend-candidates.ts'
import { method } from '../method.ts'
import { Contact, Limit } from '../objects.ts'
import { contactOf } from '../present/contact.ts'
import { contactExample } from '../examples.ts'

const Count = Type.Integer({ minimum: 0 })

export const friendCandidates = method({
  name: 'friend.candidates',
  summary: 'Who may be a friend: the people whom the user writes to, most often first, with how many of the newest messages with them went out and came in. Friends are among them.',
  params: Type.Object({ limit: Type.Optional(Limit) }),
  result: Type.Object({ items: Type.Array(Type.Object({ contact: Contact, written: Count, received: Count })) }),
  errors: [],
  example: { params: { limit: 20 }, result: { items: [{ contact: contactExample, written: 31, received: 40 }] } },
  handle: ({ store, userId }, { limit = 50 }) => store.read((tx) => ({
    items: candidatesOf(tx, userId, limit).map(({ contactId, written, received }) => ({ contact: contactOf(tx, getContact(tx, userId, contactId)!), written, received }))
  }))
})
