import Type from 'typebox'
import { idOf } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

export const typingSet = method({
  name: 'typing.set',
  summary: 'Shows the others in a conversation that the user writes, or has stopped, where an answer would go by a channel that can. Repeat it every few seconds while the user types; it ends by itself. `told`: whether somebody was told by this very call; never in Other, nor while the user is invisible.',
  params: Type.Object({ conversationId: Id, typing: Type.Boolean() }),
  result: Type.Object({ told: Type.Boolean() }),
  errors: ['not_found'],
  example: { params: { conversationId: 'c4', typing: true }, result: { told: true } },
  orderBy: ({ conversationId }) => conversationId,
  handle: async ({ userId, rooms }, { conversationId, typing }) => ({ told: await rooms.typing(userId, idOf('conversation', conversationId), typing) })
})
