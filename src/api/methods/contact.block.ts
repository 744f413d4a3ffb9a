import Type from 'typebox'
import { block } from '../../inbound/block.ts'
import { change } from '../change.ts'
import { checkRev, contactById, ownContact } from '../find.ts'
import { method } from '../method.ts'
import { Contact, Id, Rev } from '../objects.ts'
import { contactOf } from '../present/contact.ts'
import { contactExample } from '../examples.ts'

export const contactBlock = method({
  name: 'contact.block',
  summary: 'Blocks somebody on every channel, or no longer. All of it is hidden: no lists, no counts, no search, no notice, nothing told to them; in groups it is folded. What comes from then on is purged after 30 days; until then ending the block brings all of it back.',
  params: Type.Object({ id: Id, blocked: Type.Boolean(), ifRev: Type.Optional(Rev) }),
  result: Contact,
  errors: ['not_found', 'conflict'],
  example: { params: { id: 'p2', blocked: true }, result: { ...contactExample, blocked: true } },
  orderBy: ({ id }) => id,
  handle(ctx, { id, blocked, ifRev }) {
    return change(ctx, (tx, changes, now) => {
      const before = ownContact(tx, ctx.userId, id)
      checkRev(before.rev, ifRev, () => contactOf(tx, before))
      block(tx, changes, ctx.userId, before, blocked, now)
      return contactOf(tx, contactById(tx, ctx.userId, id))
    })
  }
})
