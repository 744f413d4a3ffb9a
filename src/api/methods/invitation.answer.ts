import { randomUUIDv7 } from 'node:crypto'
import Type from 'typebox'
import { answerable, invitationReply } from '../../content/invitation-reply.ts'
import type { InvitationCard } from '../../model/card.ts'
import { publicId } from '../../model/ids.ts'
import { replaceCards } from '../../store/message-cards.ts'
import { getBody } from '../../store/messages.ts'
import { change } from '../change.ts'
import { ApiError } from '../errors.ts'
import { ownMessage } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

const subjects = { accepted: 'Accepted', tentative: 'Tentative', declined: 'Declined' }

export const invitationAnswer = method({
  name: 'invitation.answer',
  summary: 'Answers an invitation that a message carries: a message with the answer for their calendar goes to its organizer alone, from the address that was invited. `text` is said with it; without, the answer alone. May be called again when one thinks otherwise.',
  params: Type.Object({ messageId: Id, card: Type.Optional(Type.Integer({ minimum: 0, maximum: 100, description: 'which of the message\'s cards; the first invitation where it is left out' })), answer: Type.Enum(['accepted', 'tentative', 'declined']), text: Type.Optional(Type.String({ maxLength: 4000 })) }),
  result: Type.Object({ id: Id }),
  errors: ['not_found', 'conflict', 'account_unavailable'],
  example: { params: { messageId: 'm12', answer: 'accepted' }, result: { id: 'm15' } },
  orderBy: ({ messageId }) => messageId,
  async handle(ctx, { messageId, card, answer, text }) {
    const { row, cards } = await ctx.store.read((tx) => {
      const row = ownMessage(tx, ctx.userId, messageId)
      return { row, cards: getBody(tx, row.id).cards }
    })
    const at = card ?? cards.findIndex(({ type }) => type === 'invitation')
    const invitation = cards[at]
    if (invitation?.type !== 'invitation') throw new ApiError('conflict', 'this message carries no invitation of that number')
    if (row.direction !== 'in' || !answerable(invitation)) throw new ApiError('conflict', 'this invitation asks for no answer of yours: it names no organizer, or none of your addresses')
    const own = invitation.attendees.find(({ address }) => address === invitation.you)
    const content = Buffer.from(invitationReply(invitation, answer, own?.name, ctx.clock.now()))
    const upload = await ctx.rooms.upload(ctx.userId, { name: 'reply.ics', contentType: 'text/calendar; method=REPLY; charset=utf-8', content })
    const subject = `${subjects[answer]}: ${invitation.title}`.slice(0, 900)
    const sent = await ctx.rooms.accept(ctx.userId, {
      clientId: randomUUIDv7(), to: { kind: invitation.organizer!.kind, address: invitation.organizer!.address }, text: text?.trim() || subject, subject, attachments: [upload], via: { accountId: row.accountId }
    })
    await change(ctx, (tx, changes) => {
      const now = ownMessage(tx, ctx.userId, messageId)
      const all = getBody(tx, now.id).cards
      if (all[at]?.type !== 'invitation') return
      const rev = replaceCards(tx, now.id, all.map((one, index): typeof one => index === at ? { ...one as InvitationCard, answered: answer } : one))
      changes.add('message.changed', now.id, rev, { folder: now.folder, conversation: now.conversationId })
    })
    return { id: publicId('message', sent) }
  }
})
