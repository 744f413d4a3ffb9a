import Type from 'typebox'
import { unlink } from '../../inbound/link.ts'
import { change } from '../change.ts'
import { ApiError } from '../errors.ts'
import { contactById, ownContact } from '../find.ts'
import { method } from '../method.ts'
import { AddressRef, Contact, Id } from '../objects.ts'
import { contactOf } from '../present/contact.ts'
import { contactExample } from '../examples.ts'

export const contactUnlink = method({
  name: 'contact.unlink',
  summary: 'Takes an address from a contact: its messages get a conversation of their own again.',
  params: Type.Object({ id: Id, ...AddressRef.properties }),
  result: Contact,
  errors: ['not_found', 'conflict'],
  example: { params: { id: 'p2', kind: 'phone', address: '+4915112345678' }, result: { ...contactExample, addresses: contactExample.addresses.slice(0, 1) } },
  orderBy: ({ id }) => id,
  async handle(ctx, { id, kind, address }) {
    const canonical = await ctx.rooms.canonical(ctx.userId, { kind, address })
    return change(ctx, (tx, changes) => {
      if (!unlink(tx, changes, ctx.userId, ownContact(tx, ctx.userId, id), canonical)) throw new ApiError('conflict', 'this address is not theirs, or the only one they have')
      return contactOf(tx, contactById(tx, ctx.userId, id))
    })
  }
})
