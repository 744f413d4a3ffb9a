import type { SendOperation } from '../model/delivery.ts'
import { attachmentsOf } from '../store/attachments.ts'
import { attemptsOf } from '../store/dispatches.ts'
import type { Dispatch } from '../store/dispatches.ts'
import { getBody, getMessage } from '../store/messages.ts'
import type { Reader } from '../store/tx.ts'

/** What a connector is asked to send for a dispatch: the stored message, to those recipients that the dispatch is for. `path` says where a blob lies. */
export function operationOf(tx: Reader, dispatch: Dispatch, path: (digest: Uint8Array) => string): SendOperation {
  const message = getMessage(tx, dispatch.userId, dispatch.messageId)
  if (!message) throw new Error(`dispatch ${dispatch.id} has no message`)
  const body = getBody(tx, message.id)
  const { kind, address, raw, name } = message.sender
  return {
    type: 'send',
    attempt: dispatch.attempt,
    from: { kind, address: address ?? raw, ...(name ? { name } : {}) },
    recipients: attemptsOf(tx, dispatch.id).map(({ kind, address }) => body.recipients.find((one) => one.kind === kind && one.address === address) ?? { kind, address, role: 'to' }),
    text: body.text,
    ...(body.subject === null ? {} : { subject: body.subject }),
    references: body.references,
    attachments: attachmentsOf(tx, message.id).map(({ name, contentType, size, digest }) => ({ name, contentType, size, path: path(digest) })),
    at: message.sentAt ?? message.sortAt
  }
}
