import Type from 'typebox'
import { contactById } from '../find.ts'
import { method } from '../method.ts'
import { Contact, Id } from '../objects.ts'
import { contactOf } from '../present/contact.ts'
import { contactExample } from '../examples.ts'

export const contactGet = method({
  name: 'contact.get',
  summary: 'One contact. After a merge an old id still answers, with redirectTo.',
  params: Type.Object({ id: Id }),
  result: Contact,
  errors: ['not_found'],
  example: { params: { id: 'p2' }, result: contactExample },
  handle: ({ store, userId }, { id }) => store.read((tx) => contactOf(tx, contactById(tx, userId, id)))
})
