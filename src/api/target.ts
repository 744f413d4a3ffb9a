import type { SendRequest } from './rooms.ts'
import { idOf } from './find.ts'
import type { Via } from './objects.ts'
import type { Wish } from '../model/wish.ts'
import { publicId } from '../model/ids.ts'

type Asked = {
  conversationId?: string
  to?: { kind: string, address: string }
  topicId?: string
  replyTo?: string
  via?: Via
}

/** The same with inner ids. Throws not_found for what is no id. */
export function targetOf({ conversationId, to, topicId, replyTo, via }: Asked): Pick<SendRequest, 'conversationId' | 'to' | 'topicId' | 'replyTo' | 'via'> {
  return {
    ...(conversationId === undefined ? {} : { conversationId: idOf('conversation', conversationId) }),
    ...(to ? { to } : {}),
    ...(topicId === undefined ? {} : { topicId: idOf('topic', topicId) }),
    ...(replyTo === undefined ? {} : { replyTo: idOf('message', replyTo) }),
    ...(via ? { via: wishOf(via) } : {})
  }
}

/** The same with inner ids. Throws not_found for what is no id. */
export function wishOf({ accountId, ...rest }: Via): Wish {
  return { ...rest, ...(accountId === undefined ? {} : { accountId: idOf('account', accountId) }) }
}

export function viaOf({ accountId, ...rest }: Wish): Via {
  return { ...rest, ...(accountId === undefined ? {} : { accountId: publicId('account', accountId) }) }
}
