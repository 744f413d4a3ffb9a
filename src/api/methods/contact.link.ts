import Type from 'typebox'
import { link } from '../../inbound/link.ts'
import { change } from '../change.ts'
import { contactById, ownContact } from '../find.ts'
import { method } from '../method.ts'
import { AddressRef, Contact, Id } from '../objects.ts'
import { contactOf } from '../present/contact.ts'
import { contactExample } from '../examples.ts'

export const contactLink = method({
  name: 'contact.link',
  summary: 'Gives a contact an address. Messages from and to it come into their conversation, old ones too.',
  params: Type.Object({ id: Id, ...AddressRef.properties }),
  result: Contact,
  errors: ['not_found', 'conflict'],
  example: { params: { id: 'p2', kind: 'phone', address: '+4915112345678' }, result: contactExample },
  orderBy: ({ id }) => id,
  async handle(ctx, { id, kind, address }) {
    const canonical = await ctx.rooms.canonical(ctx.userId, { kind, address })
    return change(ctx, (tx, changes) => {
      link(tx, changes, ctx.userId, ownContact(tx, ctx.userId, id), canonical)
      return contactOf(tx, contactById(tx, ctx.userId, id))
    })
  }
})
