import Type from 'typebox'
import { forget } from '../../inbound/forget.ts'
import { checkRev, ownContact } from '../find.ts'
import { method } from '../method.ts'
import { Id, Rev } from '../objects.ts'
import { contactOf } from '../present/contact.ts'

export const contactDelete = method({
  name: 'contact.delete',
  summary: 'Deletes a contact: name, notes, picture, friendship, and their card in an address book that is kept in step. Messages stay, as a stranger\'s. With `forget` all that was exchanged with them alone and what they wrote in groups is deleted too, with its files, here only and for good: it cannot be undone.',
  params: Type.Object({ id: Id, forget: Type.Optional(Type.Boolean()), ifRev: Type.Optional(Rev) }),
  result: Type.Object({ messages: Type.Integer({ minimum: 0, description: 'how many were deleted' }) }),
  errors: ['not_found', 'conflict'],
  example: { params: { id: 'p2', forget: true }, result: { messages: 120 } },
  orderBy: ({ id }) => id,
  async handle(ctx, { id, forget: messages = false, ifRev }) {
    const contactId = await ctx.store.read((tx) => {
      const contact = ownContact(tx, ctx.userId, id)
      checkRev(contact.rev, ifRev, () => contactOf(tx, contact))
      return contact.id
    })
    return forget(ctx, ctx.userId, contactId, { messages })
  }
})
