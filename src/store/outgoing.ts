import type { Address } from '../model/incoming.ts'
import type { Because } from '../model/decision.ts'
import type { ChangeList } from '../model/event.ts'
import type { Recipient } from '../model/incoming.ts'
import { strandOfPeople, strandOfRoom } from '../model/strand.ts'
import { findAddress, noteSeen } from './contacts.ts'
import { recount, updateConversation } from './conversations.ts'
import { insertMessage } from './messages.ts'
import { ensureStrand } from './strands.ts'
import { topicOf } from './topic-arrival.ts'
import { attach } from './attachments.ts'
import type { Writer } from './tx.ts'

export type Outgoing = {
  userId: number
  accountId: number
  channel: string
  from: Address & { name?: string }
  recipients: Recipient[]
  text: string
  preview: string
  /** null: a channel without subjects. */
  subject: string | null
  /** What the topic is called; null: no topic. */
  topic: string | null
  references: string[]
  /** Ours, frozen before it is sent; null where the network gives ids itself. */
  messageId: string | null
  /** Uploads of the user that no message uses yet. */
  attachments: number[]
  /** The room that it goes to; absent: it goes to people. */
  room?: string
  because: Because
  now: number
}

/**
 * Writes a message of the user, seen and queued, into the strand of those it goes to, and opens that conversation in the
 * inbox: who is written to is known. Returns false in `attached` when an upload is used already: the caller must throw.
 */
export function insertOutgoing(tx: Writer, changes: ChangeList, out: Outgoing): { messageId: number, conversationId: number, attached: boolean } {
  const { strand, conversation } = ensureStrand(tx, changes, out.userId, out.room === undefined ? strandOfPeople(out.recipients) : strandOfRoom(out.accountId, { id: out.room }), { folder: 'inbox', because: out.because })
  const topicId = out.topic === null ? null : topicOf(tx, changes, out.userId, { messageId: out.messageId, references: out.references, subject: out.topic, joins: true }, (title) => title)
  const id = tx.nextId('message')
  insertMessage(tx, out.userId, {
    id, strandId: strand.id, sortAt: out.now, topicId, accountId: out.accountId, channel: out.channel, direction: 'out', senderId: null,
    sender: { ...out.from, raw: out.from.address }, proof: null, folder: 'inbox', because: out.because, preview: out.preview, seen: true, flagged: false, automatic: null,
    status: 'queued', messageId: out.messageId, digest: null, sentAt: out.now, receivedAt: out.now, subject: out.subject, text: out.text, quoted: null, original: null, bounces: [], html: null,
    recipients: out.recipients, references: out.references, unreadable: null, rawDigest: null, attachments: out.attachments.length
  })
  const attached = out.attachments.every((upload) => attach(tx, upload, id))
  for (const recipient of out.recipients) {
    // A room is nobody's address.
    const known = findAddress(tx, out.userId, recipient)
    if (known) noteSeen(tx, changes, known, { outAt: out.now })
  }
  changes.add('message.created', id, 1, { folder: 'inbox', conversation: conversation.id })
  if (conversation.folder !== 'inbox' || conversation.archivedAt !== null) updateConversation(tx, changes, conversation, { folder: 'inbox', because: out.because, archivedAt: null })
  recount(tx, changes, conversation.id)
  return { messageId: id, conversationId: conversation.id, attached }
}
