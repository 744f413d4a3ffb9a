export type EventType =
  | 'message.created' | 'message.changed' | 'message.removed'
  | 'conversation.changed' | 'conversation.removed' | 'topic.changed'
  | 'contact.changed' | 'contact.removed'
  | 'account.changed' | 'account.removed' | 'identity.changed' | 'identity.removed'
  | 'rule.changed' | 'rule.removed'
  | 'settings.changed' | 'session.changed' | 'counts.changed'

/**
 * What a row of the log says. It is small: the object itself is read when the event is sent.
 * `folder` and `was` are the folders before and after, `conversation` where it was then: subscriptions match these, never the present object.
 */
export type EventData = {
  folder?: 'inbox' | 'other'
  was?: 'inbox' | 'other'
  conversation?: number
  /** How many messages of history came in with this event; first and last are their ids (contiguous). */
  history?: number
  first?: number
  last?: number
  /** Refetch the windows of this conversation. */
  reset?: boolean
}

export type Event = { seq: number, at: number, type: EventType, object: number, rev: number, data: EventData }

/** Where a transaction notes what it changes; feed/append.ts writes it to the log in the same transaction. */
export type ChangeList = { add(type: EventType, object: number, rev: number, data?: EventData): void }
