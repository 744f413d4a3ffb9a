import type { RemoteId } from '../model/ids.ts'
import type { IncomingMessage } from '../model/incoming.ts'
import { finish, unsettledLike } from '../store/dispatches.ts'
import type { Unit } from './arrive.ts'

/** How far the network's clock may be from ours (ms). */
const leeway = 60_000

/**
 * A message that we sent and heard no answer about, listed by a network that knows no ids of ours: the same text to the same
 * person, after we began to send it. Then it has gone, and is not shown a second time. Returns our message.
 */
export function echoOf({ tx, changes, account, now }: Unit, { direction, recipients, text }: IncomingMessage, place: { remoteId: RemoteId } | null, at: number): number | null {
  const [recipient, another] = recipients
  if (direction !== 'out' || !place || !recipient || another) return null
  const dispatch = unsettledLike(tx, account.id, { recipient, text, at, leeway })
  if (!dispatch) return null
  finish(tx, changes, dispatch, { remoteId: place.remoteId, status: 'sent' }, now)
  return dispatch.messageId
}
