import Type from 'typebox'
import type { SendRequest } from './rooms.ts'
import { idOf } from './find.ts'
import { Id } from './objects.ts'

/** How a message is to go out, where the user says so. */
export const Via = Type.Object({ accountId: Type.Optional(Id), channel: Type.Optional(Type.String({ maxLength: 40 })), address: Type.Optional(Type.String({ maxLength: 320 })) })

type Asked = {
  conversationId?: string
  to?: { kind: string, address: string }
  topicId?: string
  replyTo?: string
  via?: { accountId?: string, channel?: string, address?: string }
}

/** The same with inner ids. Throws not_found for what is no id. */
export function targetOf({ conversationId, to, topicId, replyTo, via }: Asked): Pick<SendRequest, 'conversationId' | 'to' | 'topicId' | 'replyTo' | 'via'> {
  return {
    ...(conversationId === undefined ? {} : { conversationId: idOf('conversation', conversationId) }),
    ...(to ? { to } : {}),
    ...(topicId === undefined ? {} : { topicId: idOf('topic', topicId) }),
    ...(replyTo === undefined ? {} : { replyTo: idOf('message', replyTo) }),
    ...(via ? { via: { ...(via.accountId === undefined ? {} : { accountId: idOf('account', via.accountId) }), ...(via.channel === undefined ? {} : { channel: via.channel }), ...(via.address === undefined ? {} : { address: via.address }) } } : {})
  }
}
