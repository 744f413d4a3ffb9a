import Type from 'typebox'
import { contactById } from '../find.ts'
import { publicId } from '../../model/ids.ts'
import { conversationWith } from '../../store/conversations.ts'
import { method } from '../method.ts'
import { Contact, Id } from '../objects.ts'
import { contactOf } from '../present/contact.ts'
import { contactExample } from '../examples.ts'

export const contactGet = method({
  name: 'contact.get',
  summary: 'One contact, and the conversation with them alone, where there is one. After a merge an old id still answers, with redirectTo.',
  params: Type.Object({ id: Id }),
  result: Type.Object({ ...Contact.properties, conversationId: Type.Optional(Id) }),
  errors: ['not_found'],
  example: { params: { id: 'p2' }, result: { ...contactExample, conversationId: 'c4' } },
  handle: ({ store, userId }, { id }) => store.read((tx) => {
    const contact = contactById(tx, userId, id)
    const conversation = conversationWith(tx, userId, contact.id)
    return { ...contactOf(tx, contact), ...(conversation && conversation.lastAt > 0 ? { conversationId: publicId('conversation', conversation.id) } : {}) }
  })
})
