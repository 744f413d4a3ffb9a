import Type from 'typebox'
import { getContact } from '../../store/contacts.ts'
import { ownConversation } from '../find.ts'
import { method } from '../method.ts'
import { Contact, Id } from '../objects.ts'
import { contactOf } from '../present/contact.ts'
import { contactExample } from '../examples.ts'

export const conversationMembers = method({
  name: 'conversation.members',
  summary: 'The people of a conversation, the user left out.',
  params: Type.Object({ id: Id }),
  result: Type.Object({ items: Type.Array(Contact) }),
  errors: ['not_found'],
  example: { params: { id: 'c4' }, result: { items: [contactExample] } },
  handle: ({ store, userId }, { id }) => store.read((tx) => {
    const { contactId, people } = ownConversation(tx, userId, id)
    return { items: (contactId === null ? people : [contactId]).map((member) => contactOf(tx, getContact(tx, userId, member)!)) }
  })
})
