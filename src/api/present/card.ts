import { answerable } from '../../content/invitation-reply.ts'
import type { Card as Stored } from '../../model/card.ts'
import type { Card } from '../objects.ts'
import { rfc3339 } from '../time.ts'
import type { PartyOf } from './party.ts'

/** A card as clients see it. */
export function cardOf(card: Stored, direction: 'in' | 'out', partyOf: PartyOf): Card {
  switch (card.type) {
    case 'message': {
      const { type, sentAt, ...message } = card
      return { type, message: { ...message, text: message.text.slice(0, 8192), ...(sentAt === undefined ? {} : { sentAt: rfc3339(sentAt) }) } }
    }
    case 'invitation': {
      const { type, organizer, attendees, you: _you, echo: _echo, ...invitation } = card
      return { type, invitation: {
        ...invitation, ...(organizer ? { organizer: partyOf(organizer) } : {}), attendees: attendees.map(({ address, name, answer }) => ({ address, answer, ...(name ? { name } : {}) })),
        answerable: direction === 'in' && answerable(card)
      } }
    }
    case 'contact': {
      const { type, ...contact } = card
      return { type, contact }
    }
    default: {
      const { type, signer, ...seal } = card
      return { type, seal: { ...seal, ...(signer ? { signer: { ...signer, from: rfc3339(signer.from), to: rfc3339(signer.to) } } : {}) } }
    }
  }
}
