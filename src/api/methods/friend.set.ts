import Type from 'typebox'
import { reroute } from '../../inbound/reroute.ts'
import { updateContact } from '../../store/contacts.ts'
import { change } from '../change.ts'
import { contactById, ownContact } from '../find.ts'
import { method } from '../method.ts'
import { Contact, Id } from '../objects.ts'
import { contactOf } from '../present/contact.ts'
import { contactExample } from '../examples.ts'

export const friendSet = method({
  name: 'friend.set',
  summary: 'Makes somebody a friend, or no longer one. Their conversation moves accordingly, unless the user has put it where it is.',
  params: Type.Object({ contactId: Id, friend: Type.Boolean() }),
  result: Contact,
  errors: ['not_found', 'conflict'],
  example: { params: { contactId: 'p2', friend: true }, result: contactExample },
  orderBy: ({ contactId }) => contactId,
  handle(ctx, { contactId, friend }) {
    return change(ctx, (tx, changes) => {
      const before = ownContact(tx, ctx.userId, contactId)
      if (before.friend !== friend) {
        updateContact(tx, changes, before, { friend })
        reroute(tx, changes, ctx.userId, before.id)
      }
      return contactOf(tx, contactById(tx, ctx.userId, contactId))
    })
  }
})
