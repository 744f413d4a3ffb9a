import type { Account, Contact, Conversation, Identity, Message, Rule, Screening, Settings, Waiting } from './objects.ts'

/** The people and things that the examples of the docs speak of. */
const at = '2026-05-03T10:00:00.000Z'
const friend = { rule: 'friend', text: 'Alice is your friend.', evidence: ['alice@friend.example is proven.'] }
const alice = { kind: 'email', address: 'alice@friend.example', name: 'Alice', contactId: 'p2', proof: 'verified' as const }

export const messageExample: Message = {
  id: 'm12', conversationId: 'c4', topicId: 't2', accountId: 'a1', channel: 'email', direction: 'in', sender: alice, recipients: [{ kind: 'email', address: 'ada@example.org', role: 'to' }],
  subject: 'Trip to the lake', text: 'Saturday at nine?', attachments: [], reactions: [], seen: false, flagged: false, sentAt: at, receivedAt: at, sortAt: at, folder: 'inbox', because: friend,
  messageId: 'k3J@friend.example', rev: 1
}

const own = { kind: 'email', address: 'ada@example.org' }
/** What goes out, on its way. */
export const sentExample: Message = {
  ...messageExample, id: 'm13', direction: 'out', sender: own, recipients: [{ kind: 'email', address: 'alice@friend.example', name: 'Alice', contactId: 'p2', role: 'to' }], text: 'See you there!', seen: true, status: 'queued',
  attempts: [{
    id: 'x5', accountId: 'a1', channel: 'email', recipient: { kind: 'email', address: 'alice@friend.example', name: 'Alice', contactId: 'p2' }, address: 'alice@friend.example', status: 'queued',
    because: { rule: 'last-channel', text: 'Their last message came by email', evidence: ['alice@friend.example'] }, at
  }],
  clientId: '0198c5a0-1f2e-7abc-8def-0123456789ab', messageId: '0198c5a0@example.org'
}

/** The same later, with what became of it. */
export const sentAs = (status: 'cancelled' | 'uncertain'): Message => ({ ...sentExample, status, attempts: sentExample.attempts!.map((attempt) => ({ ...attempt, status })) })

export const conversationExample: Conversation = {
  id: 'c4', kind: 'person', title: 'Alice', contactId: 'p2', memberCount: 1, folder: 'inbox', archivedAt: null, blocked: false, because: friend, unread: 1,
  lastMessage: { id: 'm12', direction: 'in', channel: 'email', sender: alice, preview: 'Saturday at nine?', sortAt: at }, lastAt: at, pinned: false, mutedUntil: null, labels: [], rev: 3
}

export const contactExample: Contact = {
  id: 'p2', name: 'Alice', addresses: [{ kind: 'email', address: 'alice@friend.example' }, { kind: 'phone', address: '+4915112345678' }], friend: 'friend', blocked: false, notes: null, via: null, rev: 2
}

export const accountExample: Account = {
  id: 'a1', kind: 'email', name: 'ada@example.org', addresses: [{ kind: 'email', address: 'ada@example.org' }], status: 'live', error: null, backfill: { done: 1200, total: 1200 }, gaps: [], rev: 5
}

export const identityExample: Identity = { id: 'i1', kind: 'email', address: 'ada@example.org', name: 'Ada', signature: null, accountId: 'a1', rev: 1 }

export const settingsExample: Settings = {
  sendReadMarkers: false, inboxFor: 'basic', verifiedOnly: false, teachByMoving: true, teachByReplying: false, teachByApproving: true, befriendByMoving: false, befriendByReplying: false, befriendByApproving: false, shareFriends: false,
  digest: true, digestHour: 8, timeZone: 'Europe/Berlin', learnSpam: true, keepDays: { newsletters: null, notifications: null, receipts: null }, rev: 1
}

export const ruleExample: Rule = {
  id: 'k3', scope: 'domain', kind: 'email', value: 'shop.example', action: 'other', stream: 'newsletters', origin: 'user', text: 'You put everybody at shop.example in Other, with newsletters.', at, rev: 1
}

export const waitingExample: Waiting = {
  conversationId: 'c9', sender: { kind: 'email', address: 'dave@example.net', name: 'Dave', contactId: 'p7', proof: 'verified' }, since: at, messages: 1, subject: 'The hut', preview: 'Bob gave me your address', lastAt: at, scopes: ['sender', 'domain'],
  because: { rule: 'unknown', text: 'Nobody you know has written from dave@example.net.', evidence: [] }
}

export const screeningExample: Screening = { id: 'e1', conversationId: 'c9', who: 'Dave', decision: 'inbox', scope: 'sender', at, undoneAt: null }
