import { randomUUIDv7 } from 'node:crypto'
import Type from 'typebox'
import { learn } from '../../inbound/teach.ts'
import { unsubscribing } from '../../outbound/unsubscribe.ts'
import { findAddress, getContact } from '../../store/contacts.ts'
import { getBody } from '../../store/messages.ts'
import { ruleFinder } from '../../store/rules.ts'
import { change } from '../change.ts'
import { ApiError } from '../errors.ts'
import { ownMessage } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

export const messageUnsubscribe = method({
  name: 'message.unsubscribe',
  summary: 'Unsubscribes from what a message belongs to: by one request to its sender (only where the sender has signed the link), or by a mail from the address it came to. A link to a page is for the user to open (`unsubscribe.url` of the message).',
  params: Type.Object({ id: Id }),
  result: Type.Object({ how: Type.Enum(['one-click', 'mail']) }),
  errors: ['not_found', 'conflict', 'not_supported_by_channel'],
  example: { params: { id: 'm12' }, result: { how: 'one-click' } },
  orderBy: ({ id }) => id,
  async handle(ctx, { id }) {
    const { row, body } = await ctx.store.read((tx) => {
      const row = ownMessage(tx, ctx.userId, id)
      return { row, body: getBody(tx, row.id) }
    })
    const { unsubscribe } = body
    const way = unsubscribing(row, body)
    if (!unsubscribe || !way || way.how === 'page') throw new ApiError('not_supported_by_channel', way ? 'this sender offers only a page: open the link yourself' : 'this message does not say how to unsubscribe; block its sender instead')
    if (way.how === 'one-click') {
      await ctx.rooms.unsubscribe(unsubscribe.url!)
      return { how: 'one-click' as const }
    }
    const { address, subject = 'unsubscribe', body: text = 'unsubscribe' } = unsubscribe.mail!
    const to = await ctx.rooms.canonical(ctx.userId, { kind: 'email', address })
    // Whom the user wrote to before is in already: a newsletter that names them must not put them out, either.
    const strange = await ctx.store.read((tx) => !findAddress(tx, ctx.userId, to)?.lastOutAt)
    await ctx.rooms.accept(ctx.userId, { clientId: randomUUIDv7(), to, text, subject, via: { accountId: row.accountId } })
    // Writing to somebody lets them in; whoever a newsletter names for this must not come in by it.
    if (strange) await change(ctx, (tx, changes, now) => {
      const known = findAddress(tx, ctx.userId, to)
      const target = { scope: 'address' as const, kind: to.kind, value: to.address }
      if (known && getContact(tx, ctx.userId, known.contactId)?.friend) return
      if (!ruleFinder(tx, ctx.userId)(target)) learn(tx, changes, ctx.userId, [target], { action: 'other', stream: 'notifications', origin: 'unsubscribed', at: now })
    })
    return { how: 'mail' as const }
  }
})
