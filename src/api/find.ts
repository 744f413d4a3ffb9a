import { parseId } from '../model/ids.ts'
import type { Noun } from '../model/ids.ts'
import type { Contact } from '../model/contact.ts'
import type { Conversation } from '../model/conversation.ts'
import type { MessageRow } from '../model/message.ts'
import { getContact } from '../store/contacts.ts'
import { getConversation, liveConversation } from '../store/conversations.ts'
import { getMessage } from '../store/messages.ts'
import type { UserRule } from '../model/rule.ts'
import { getRule } from '../store/rules.ts'
import { Refusal } from '../store/refusal.ts'
import { getTopic } from '../store/topics.ts'
import type { Topic } from '../store/topics.ts'
import type { Reader } from '../store/tx.ts'
import { ApiError } from './errors.ts'

/** The number in an id. Throws not_found for a text that is none: another user's id and no id at all look the same. */
export function idOf(noun: Noun, text: string): number {
  return parseId(noun, text) ?? missing(noun)
}

export function missing(noun: string): never {
  throw new ApiError('not_found', `there is no such ${noun}`)
}

/** Throws not_found. A merged contact is given as it is, with where it went. */
export function contactById(tx: Reader, userId: number, id: string): Contact {
  return getContact(tx, userId, idOf('contact', id)) ?? missing('contact')
}

/** Throws not_found, and conflict for a contact that was merged into another. */
export function ownContact(tx: Reader, userId: number, id: string): Contact {
  const contact = contactById(tx, userId, id)
  if (contact.redirectTo !== null) throw new ApiError('conflict', 'this contact was merged into another one: use that one (redirectTo)')
  return contact
}

/** Throws not_found. A redirected conversation is given as it is. */
export function conversationById(tx: Reader, userId: number, id: string): Conversation {
  return getConversation(tx, userId, idOf('conversation', id)) ?? missing('conversation')
}

/** The conversation that the messages are in now. Throws not_found. */
export function ownConversation(tx: Reader, userId: number, id: string): Conversation {
  return liveConversation(tx, userId, idOf('conversation', id)) ?? missing('conversation')
}

/** Throws not_found. */
export function ownMessage(tx: Reader, userId: number, id: string): MessageRow {
  return getMessage(tx, userId, idOf('message', id)) ?? missing('message')
}

/** A message of this conversation. Throws not_found, also where it is in another one (by now): its place there says nothing here. */
export function messageIn(tx: Reader, userId: number, { id }: Pick<Conversation, 'id'>, message: string): MessageRow {
  const found = ownMessage(tx, userId, message)
  return found.conversationId === id ? found : missing('message in this conversation')
}

/** The topic that its messages are in now. Throws not_found. */
export function ownTopic(tx: Reader, userId: number, id: string): Topic {
  return getTopic(tx, userId, idOf('topic', id)) ?? missing('topic')
}

/** Throws not_found. */
export function ownRule(tx: Reader, userId: number, id: string): UserRule {
  return getRule(tx, userId, idOf('rule', id)) ?? missing('rule')
}

/** Throws conflict, with the object as it is, when it changed since. */
export function checkRev(rev: number, ifRev: number | undefined, now: () => object): void {
  if (ifRev !== undefined && ifRev !== rev) throw new ApiError('conflict', 'it was changed meanwhile: look at it as it is now, and try again', now())
}

/** The same for what the store checks: a conflict goes on with the object as clients see it, never the inner row. */
export async function orConflict<T>(doing: Promise<T>, now: (detail: { id: number }) => Promise<object>): Promise<T> {
  try {
    return await doing
  } catch (error) {
    if (error instanceof Refusal && error.detail !== undefined) throw new ApiError(error.kind, error.message, await now(error.detail as { id: number }))
    throw error
  }
}
