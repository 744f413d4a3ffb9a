import type { Event } from '../../model/event.ts'
import { getAccount } from '../../store/accounts.ts'
import { getContact } from '../../store/contacts.ts'
import { countUnread, getConversation } from '../../store/conversations.ts'
import { getIdentity } from '../../store/identities.ts'
import { getRule } from '../../store/rules.ts'
import { countWaiting } from '../../store/screener.ts'
import { settingsOf } from '../../store/settings.ts'
import { getTopic } from '../../store/topics.ts'
import { publicId } from '../../model/ids.ts'
import type { Reader } from '../../store/tx.ts'
import type { Counts, Topic } from '../objects.ts'
import { accountOf, identityOf } from './account.ts'
import { contactOf } from './contact.ts'
import { conversationOf } from './conversation.ts'
import { messagesOf } from './message.ts'
import { ruleOf } from './rule.ts'

/** The object of an event as it is now, for its user; null: it is gone, or the event has none. */
export function render(tx: Reader, userId: number, { type, object }: Event): object | null {
  const noun = type.slice(0, type.indexOf('.'))
  switch (noun) {
    case 'message': return messagesOf(tx, userId, [object]).next().value ?? null
    case 'conversation': return given(getConversation(tx, userId, object), (row) => conversationOf(tx, userId, row))
    case 'contact': return given(getContact(tx, userId, object), (row) => contactOf(tx, row))
    case 'topic': return given(getTopic(tx, userId, object), topicOf)
    case 'account': return given(getAccount(tx, userId, object), (row) => accountOf(tx, row))
    case 'identity': return given(getIdentity(tx, userId, object), identityOf)
    case 'rule': return given(getRule(tx, userId, object), ruleOf)
    case 'settings': return settingsOf(tx, userId)
    case 'counts': return countsOf(tx, userId)
    default: return null
  }
}

/** Unread messages by folder, archived and hidden ones left out; how many wait in the screener. */
export function countsOf(tx: Reader, userId: number): Counts {
  const counts = { inbox: 0, other: 0, screener: countWaiting(tx, userId) }
  for (const { folder, messages } of countUnread(tx, userId)) counts[folder] = messages
  return counts
}

export function topicOf({ id, subject, rev }: { id: number, subject: string, rev: number }): Topic {
  return { id: publicId('topic', id), subject, rev }
}

function given<T>(row: T | undefined, present: (row: T) => object): object | null {
  return row === undefined ? null : present(row)
}
