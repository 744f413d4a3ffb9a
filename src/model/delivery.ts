import type { Address, Recipient } from './incoming.ts'
import type { RemoteId } from './ids.ts'

export type DeliveryStatus = 'queued' | 'sending' | 'uncertain' | 'sent' | 'delivered' | 'read' | 'failed' | 'cancelled'

/** What we ask a connector to do. Ids in it are ours and frozen: a retry sends the same ones. */
export type SendOperation = {
  type: 'send'
  /** Our own id of this dispatch (a UUIDv7): goes out as Message-ID, in a callback URL, as origin-id. Unguessable. */
  attempt: string
  from: Address & { name?: string }
  recipients: Recipient[]
  text: string
  subject?: string
  /** Message-IDs of the mails this one answers, oldest first; the last one is the parent. */
  references: string[]
  attachments: OutgoingAttachment[]
  at: number
}

/** `path` is a file in the blob store; connectors stream it. */
export type OutgoingAttachment = { name: string, contentType: string, size: number, path: string }

/** \Seen or \Flagged on the network's side, for messages found at these places. */
export type MarkOperation = { type: 'mark', remoteIds: RemoteId[], seen?: boolean, flagged?: boolean }

export type Operation = SendOperation | MarkOperation

/** Frozen bytes and ids. `data` is JSON that only the connector reads; it is stored before anything is sent. */
export type Prepared = { type: Operation['type'], attempt: string, messageId?: string, data: unknown }

export type Receipt = {
  remoteId?: RemoteId
  status: 'sent' | 'delivered'
  /** Recipients that the network refused while it took the others. */
  refused?: { address: string, error: { code: string, text: string } }[]
}
