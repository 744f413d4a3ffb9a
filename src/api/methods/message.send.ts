import Type from 'typebox'
import { idOf, ownMessage } from '../find.ts'
import { publicId } from '../../model/ids.ts'
import { taughtByReply } from '../../inbound/teach.ts'
import { getConversation } from '../../store/conversations.ts'
import { settingsOf } from '../../store/settings.ts'
import { change } from '../change.ts'
import { method } from '../method.ts'
import { Id, AddressRef, ClientId, Message, Via } from '../objects.ts'
import { messageOf } from '../present/message.ts'
import { targetOf } from '../target.ts'
import { sentExample } from '../examples.ts'

export const messageSend = method({
  name: 'message.send',
  summary: 'Accepts a message durably, chooses how it goes out, says why (attempts), and delivers it. Asking again with the same clientId is harmless.',
  params: Type.Object({
    clientId: ClientId,
    conversationId: Type.Optional(Id),
    to: Type.Optional(AddressRef),
    text: Type.String({ maxLength: 262144 }),
    subject: Type.Optional(Type.String({ maxLength: 998 })),
    topicId: Type.Optional(Id),
    replyTo: Type.Optional(Id),
    attachments: Type.Optional(Type.Array(Id, { maxItems: 100 })),
    via: Type.Optional(Via)
  }),
  result: Message,
  errors: ['not_found', 'conflict', 'idempotency_mismatch', 'account_unavailable', 'not_supported_by_channel'],
  example: {
    params: { clientId: '0198c5a0-1f2e-7abc-8def-0123456789ab', conversationId: 'c4', text: 'See you there!' },
    result: sentExample
  },
  orderBy: ({ conversationId, to }) => conversationId ?? `${to?.kind}:${to?.address}`,
  handle: async (ctx, { clientId, text, subject, attachments, ...target }) => {
    const { store, userId, rooms } = ctx
    const id = await rooms.accept(userId, {
      ...targetOf(target), clientId, text, ...(subject === undefined ? {} : { subject }), ...(attachments ? { attachments: attachments.map((one) => idOf('blob', one)) } : {})
    })
    const settings = await store.read((tx) => settingsOf(tx, userId))
    const wants = { rule: settings.teachByReplying, friend: settings.befriendByReplying }
    if (wants.rule || wants.friend) await change(ctx, (tx, changes, now) => taughtByReply(tx, changes, userId, getConversation(tx, userId, ownMessage(tx, userId, publicId('message', id)).conversationId)!, wants, now))
    return store.read((tx) => messageOf(tx, userId, ownMessage(tx, userId, publicId('message', id))))
  }
})
