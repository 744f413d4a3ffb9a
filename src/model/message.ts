import type { Card } from './card.ts'
import type { Automatic, Bounce, RecipientRole, Unsubscribe } from './incoming.ts'
import type { Because, Folder } from './decision.ts'
import type { DeliveryStatus } from './delivery.ts'
import type { DigestContent } from './digest.ts'
import type { ProofLevel } from './proof.ts'

/** Why a message is where it is, with what its sender proved and what looks odd. */
export type MessageBecause = Because & { proof?: string[], warnings?: string[] }

/** A message as lists read it: everything but the long texts. */
export type MessageRow = {
  id: number
  strandId: number
  conversationId: number
  sortAt: number
  topicId: number | null
  accountId: number
  channel: string
  direction: 'in' | 'out'
  senderId: number | null
  sender: { kind: string, address: string | null, name?: string, raw: string }
  proof: ProofLevel | null
  folder: Folder
  because: MessageBecause
  preview: string
  seen: boolean
  flagged: boolean
  automatic: Automatic | null
  status: DeliveryStatus | null
  messageId: string | null
  sentAt: number | null
  receivedAt: number
  /** When its sender last changed it, or took it back. */
  editedAt: number | null
  deletedAt: number | null
  /** Of somebody blocked, in a group with others. */
  folded: boolean
  rev: number
}

export type MessageBody = {
  subject: string | null
  text: string
  quoted: string | null
  /** The whole text in its order, where `text` and then `quoted` is not that. */
  original: string | null
  bounces: Bounce[]
  html: string | null
  recipients: { kind: string, address: string, name?: string, role: RecipientRole }[]
  references: string[]
  unreadable: string | null
  rawDigest: Uint8Array | null
  attachments: number
  unsubscribe: Unsubscribe | null
  /** What it carries that is more than a file. */
  cards: Card[]
  /** Of a digest that Kinbox itself wrote. */
  digest: DigestContent | null
}

/** What is written for a new message. */
export type NewMessage = Omit<MessageRow, 'conversationId' | 'rev' | 'strandId' | 'editedAt' | 'deletedAt' | 'folded'> & Omit<MessageBody, 'attachments' | 'unsubscribe' | 'digest' | 'cards'> & {
  strandId: number
  folded?: boolean
  /** It came from somebody blocked (ms). */
  blockedAt?: number | null
  /** What kind of machine mail it is. */
  stream?: string | null
  /** Of a list: who has proven to have sent it. */
  signers?: string[]
  unsubscribe?: Unsubscribe | null
  cards?: Card[]
  digest: Uint8Array | null
  attachments: number
}
