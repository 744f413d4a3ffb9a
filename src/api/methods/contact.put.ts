import Type from 'typebox'
import { link } from '../../inbound/link.ts'
import { getContact, insertContact, updateContact } from '../../store/contacts.ts'
import { change } from '../change.ts'
import { ApiError } from '../errors.ts'
import { checkRev, ownContact } from '../find.ts'
import { method } from '../method.ts'
import { Contact, Id, AddressRef, Rev } from '../objects.ts'
import { contactOf } from '../present/contact.ts'
import { contactExample } from '../examples.ts'

export const contactPut = method({
  name: 'contact.put',
  summary: 'Adds a contact with a name and addresses, or with `id` changes the name and notes of one. What is not named stays.',
  params: Type.Object({
    id: Type.Optional(Id),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    notes: Type.Optional(Type.Union([Type.String({ maxLength: 20000 }), Type.Null()])),
    addresses: Type.Optional(Type.Array(AddressRef, { maxItems: 50 })),
    ifRev: Type.Optional(Rev)
  }),
  result: Contact,
  errors: ['not_found', 'conflict'],
  example: { params: { id: 'p2', name: 'Alice' }, result: contactExample },
  orderBy: ({ id }) => id ?? 'new contact',
  async handle(ctx, { id, name, notes, addresses = [], ifRev }) {
    if (id === undefined && name === undefined) throw new ApiError('invalid_params', 'params.name is missing: a new contact needs a name')
    const canonical = await Promise.all(addresses.map((address) => ctx.rooms.canonical(ctx.userId, address)))
    return change(ctx, (tx, changes) => {
      const contact = id === undefined ? insertContact(tx, changes, ctx.userId, name!, 'user') : ownContact(tx, ctx.userId, id)
      checkRev(contact.rev, ifRev, () => contactOf(tx, contact))
      if (id !== undefined) updateContact(tx, changes, contact, { ...(name === undefined ? {} : { name }), ...(notes === undefined ? {} : { notes }) })
      else if (notes !== undefined) updateContact(tx, changes, contact, { notes })
      for (const address of canonical) link(tx, changes, ctx.userId, getContact(tx, ctx.userId, contact.id)!, address)
      return contactOf(tx, getContact(tx, ctx.userId, contact.id)!)
    })
  }
})
