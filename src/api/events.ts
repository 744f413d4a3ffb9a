import type { EventType } from '../model/event.ts'

/** The durable events, for the docs: when they come, and what `data` holds. */
export const events = {
  'message.created': { doc: 'A message came in or was written. Not for history: that is one conversation.changed per batch. Not for what somebody who is blocked writes: that is message.changed, folded.', data: 'Message' },
  'message.changed': { doc: 'Something of it changed: seen, flagged, its status, its attempts.', data: 'Message' },
  'message.removed': { doc: 'It is gone for good.', data: null },
  'conversation.changed': { doc: 'It is new, or something of it changed. `history`: so many messages of the past came in at once. `reset`: fetch its windows anew. With `redirectTo` in its data it went into another one (a merge).', data: 'Conversation' },
  'conversation.removed': { doc: 'It is gone. Kept for later: today an empty one stays, in no list, with lastAt null.', data: null },
  'topic.changed': { doc: 'A topic is new or got another subject.', data: 'Topic' },
  'contact.changed': { doc: 'A contact is new, or its name, addresses or friendship changed. With `redirectTo` in its data it went into another one (a merge).', data: 'Contact' },
  'contact.removed': { doc: 'It is gone for good.', data: null },
  'account.changed': { doc: 'An account is new, or its status, error, progress, gaps or the name of an address changed.', data: 'Account' },
  'account.removed': { doc: 'The account was removed; its messages stay.', data: null },
  'identity.changed': { doc: 'One of the user\'s own addresses is new or changed.', data: 'Identity' },
  'identity.removed': { doc: 'One of the user\'s own addresses was removed.', data: null },
  'rule.changed': { doc: 'One of the user\'s rules is new or changed.', data: 'Rule' },
  'rule.removed': { doc: 'One of the user\'s rules was taken away.', data: null },
  'settings.changed': { doc: 'The user\'s settings changed. Its id is always `settings`.', data: 'Settings' },
  'session.changed': { doc: 'A session or token was made or revoked; session.list shows those that are left.', data: null },
  'counts.changed': { doc: 'The unread count of a folder, or how many wait in the screener, changed. Its id is always `counts`, its rev 0: the last one counts.', data: 'Counts' },
  'sync.position': { doc: 'Only seq and prev: the subscription left out everything up to here.', data: null }
} as const satisfies Record<EventType | 'sync.position', { doc: string, data: string | null }>

/** What is true only now: no seq, not stored, dropped first when a client is slow. */
export const signals = {
  typing: 'Somebody writes, or has stopped: `{ conversationId, party, typing }`.',
  presence: 'Somebody can be reached now, or not: `{ party, available, presence, contactId, best, lastSeenAt? }`: `presence` (online, away or offline) of this address, `best` of all addresses of the contact. With `own: true` it is about the user: `{ own, presence, invisible }`, what the networks see (presence.set). At most ten times a second for each address.',
  progress: 'How far an account\'s past has come in: `{ accountId, done, total }`.'
} as const
