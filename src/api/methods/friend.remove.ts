import Type from 'typebox'
import { reroute } from '../../inbound/reroute.ts'
import { updateContact } from '../../store/contacts.ts'
import { change } from '../change.ts'
import { contactById, ownContact } from '../find.ts'
import { method } from '../method.ts'
import { Contact, Id } from '../objects.ts'
import { contactOf } from '../present/contact.ts'
import { contactExample } from '../examples.ts'

export const friendRemove = method({
  name: 'friend.remove',
  summary: 'Somebody is no longer a friend. What came into the inbox only through them goes back to Other.',
  params: Type.Object({ contactId: Id }),
  result: Contact,
  errors: ['not_found', 'conflict'],
  example: { params: { contactId: 'p2' }, result: { ...contactExample, friend: 'none' } },
  orderBy: ({ contactId }) => contactId,
  handle(ctx, { contactId }) {
    return change(ctx, (tx, changes) => {
      const before = ownContact(tx, ctx.userId, contactId)
      if (before.friend) {
        updateContact(tx, changes, before, { friend: false })
        reroute(tx, changes, ctx.userId, before.id)
      }
      return contactOf(tx, contactById(tx, ctx.userId, contactId))
    })
  }
})
