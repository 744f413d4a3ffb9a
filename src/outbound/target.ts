import type { Address, Named } from '../model/incoming.ts'
import type { Conversation } from '../model/conversation.ts'
import type { MessageRow } from '../model/message.ts'
import type { Wish } from '../model/wish.ts'
import { addressesOf, findAddress, getContact } from '../store/contacts.ts'
import { conversationWith, liveConversation } from '../store/conversations.ts'
import { getBody, getMessage, listMessages, newestIncoming } from '../store/messages.ts'
import { getTopic } from '../store/topics.ts'
import { ownKind } from '../store/own-account.ts'
import { roomOf } from '../store/strands.ts'
import type { Reader } from '../store/tx.ts'
import type { PersonAddress, Spot } from './choose.ts'
import { Refused } from './refused.ts'
import type { SendRequest } from './request.ts'

/** Whom a message is for, and what it follows. */
export type Target = {
  people: (PersonAddress & { name?: string })[][]
  /** The only account that reaches it, where it is a room. */
  accountId: number | null
  /** How the user wants this one person to be answered. */
  sticky: Wish | null
  lastIn: Spot | null
  replyTo: Spot | null
  /** The mail that this one answers, where the channel knows such a thing. */
  parent: MessageRow | null
}

/**
 * Finds the people behind a request, and the message it answers: the named one, else the newest of the named topic in this
 * conversation, else (without a subject of its own) the newest that has a topic. `to` must be canonical; `roomKind` is the
 * kind of address by which an account writes to rooms. Throws Refused.
 */
export function targetOf(tx: Reader, userId: number, request: SendRequest, roomKind: (accountId: number) => string | undefined): Target {
  const answered = request.replyTo === undefined ? null : getMessage(tx, userId, request.replyTo)
  if (answered === undefined) throw new Refused('not_found', 'The message you answer does not exist')
  if (request.topicId !== undefined && !getTopic(tx, userId, request.topicId)) throw new Refused('not_found', 'There is no such topic')
  const conversation = conversationOf(tx, userId, request, answered)
  const newest = conversation && newestIncoming(tx, conversation.id)
  const room = conversation && !request.to ? roomOf(tx, conversation.id) : undefined
  return {
    people: request.to ? [[known(tx, userId, request.to)]] : room ? [[inRoom(room, roomKind)]] : peopleOf(tx, conversation!),
    accountId: room?.accountId ?? null,
    sticky: request.to || conversation?.contactId == null ? null : getContact(tx, userId, conversation.contactId)?.via ?? null,
    lastIn: newest ? spotOf(tx, newest) : null,
    replyTo: answered ? spotOf(tx, answered) : null,
    parent: conversation ? parentOf(tx, userId, conversation, request, answered) : null
  }
}

/** Message-IDs for References, oldest first, the parent last (RFC 5322 section 3.6.4). A very long thread keeps its root and its newest. */
export function referencesTo(tx: Reader, parent: MessageRow | null): string[] {
  if (parent?.messageId == null) return []
  const earlier = getBody(tx, parent.id).references.filter((id) => id !== parent.messageId)
  return [...(earlier.length > 40 ? [earlier[0]!, ...earlier.slice(-38)] : earlier), parent.messageId]
}

function conversationOf(tx: Reader, userId: number, { conversationId, to }: SendRequest, answered: MessageRow | null): Conversation | null {
  const named = conversationId === undefined ? null : liveConversation(tx, userId, conversationId)
  if (named === undefined) throw new Refused('not_found', 'There is no such conversation')
  const its = answered && liveConversation(tx, userId, answered.conversationId)
  if (named && its && named.id !== its.id) throw new Refused('invalid_params', 'The message you answer is in another conversation')
  if (named ?? its) return named ?? its!
  const address = to && findAddress(tx, userId, to)
  return (address && conversationWith(tx, userId, address.contactId)) ?? null
}

function peopleOf(tx: Reader, { id, kind, contactId, people }: Conversation): PersonAddress[][] {
  if (contactId !== null) return [addressesOf(tx, contactId).map(personAddress)]
  if (people.length > 0) return people.map((contact) => addressesOf(tx, contact).map(personAddress))
  if (kind === 'system' && conversationOfKinbox(tx, id)) throw new Refused('not_supported_by_channel', 'Kinbox itself writes here, and nobody reads an answer. Open whom it names, and write to them')
  if (kind === 'person') throw new Refused('not_supported_by_channel', 'Nothing proves who wrote this, so an answer could reach somebody else. If you know them, write to their address')
  throw new Refused('not_supported_by_channel', 'This conversation cannot be written to. Write to somebody in it by their address')
}

const conversationOfKinbox = (tx: Reader, id: number) => newestIncoming(tx, id)?.channel === ownKind

function inRoom({ accountId, id }: { accountId: number, id: string }, roomKind: (accountId: number) => string | undefined): PersonAddress {
  const kind = roomKind(accountId)
  if (kind === undefined) throw new Refused('not_supported_by_channel', 'The account that was in this room cannot write to it. Connect it again, or write to somebody in it by their address')
  return { kind, address: id, lastInAt: null, lastOutAt: null, verifiedAt: null }
}

function known(tx: Reader, userId: number, address: Address): PersonAddress {
  const found = findAddress(tx, userId, address)
  return found ? personAddress(found) : { ...address, lastInAt: null, lastOutAt: null, verifiedAt: null }
}

function personAddress({ kind, address, name, lastInAt, lastOutAt, verifiedAt }: { kind: string, address: string, name?: string | null, lastInAt: number | null, lastOutAt: number | null, verifiedAt: number | null }): PersonAddress & Named {
  return { kind, address, ...(name ? { name } : {}), lastInAt, lastOutAt, verifiedAt }
}

function spotOf(tx: Reader, { id, direction, sender, channel, accountId }: MessageRow): Spot | null {
  const other = direction === 'in' ? sender : getBody(tx, id).recipients[0]
  return other?.address == null ? null : { kind: other.kind, address: other.address, channel, accountId }
}

function parentOf(tx: Reader, userId: number, { id }: Conversation, { to, topicId, subject }: SendRequest, answered: MessageRow | null): MessageRow | null {
  if (answered) return answered
  // A new subject begins a new topic; so does writing to an address out of nothing.
  if (topicId === undefined && (subject !== undefined || to !== undefined)) return null
  const topic = topicId === undefined ? null : getTopic(tx, userId, topicId)!.id
  const page = listMessages(tx, id, { topicId: topic, direction: 'before', edge: null, limit: 50 })
  return page.find(({ messageId, topicId }) => messageId !== null && topicId !== null) ?? null
}
