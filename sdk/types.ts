// Made from src/api by `npm run docs`; do not edit.

/** RFC 3339, UTC, milliseconds */
export type Time = string

export type Id = string

/** UUIDv7, unique per user */
export type ClientId = string

/** nextCursor of the page before; opaque */
export type Cursor = string

export type AddressRef = {
  kind: string
  address: string
}

export type RuleWish = {
  scope: 'address' | 'domain' | 'list'
  kind?: string
  value: string
  action: 'inbox' | 'other' | 'block'
  stream?: string
}

export type Conversation = {
  id: Id
  kind: 'person' | 'group' | 'list' | 'system'
  title: string
  contactId?: Id
  memberCount: number
  folder: 'inbox' | 'other'
  archivedAt?: Time | null
  blocked: boolean
  stream?: string
  because: Because
  unread: number
  lastMessage: MessagePreview | null
  lastAt: Time | null
  pinned: boolean
  mutedUntil?: Time | null
  snoozedUntil?: Time | null
  labels: string[]
  redirectTo?: Id
  rev: number
}

export type MessagePreview = {
  id: Id
  direction: 'in' | 'out'
  channel: string
  sender: Party
  preview: string
  sortAt: Time
  status?: string
}

export type Topic = {
  id: Id
  subject: string
  rev: number
}

export type Message = {
  id: Id
  conversationId: Id
  topicId?: Id | null
  accountId: Id
  channel: string
  direction: 'in' | 'out'
  sender: Party
  recipients: Party[]
  subject?: string | null
  text: string
  truncated?: boolean
  quoted?: string | null
  original?: string
  html?: Id | null
  attachments: Attachment[]
  cards?: Card[]
  reactions: { sender: Party, emoji: string }[]
  replyTo?: Id | null
  seen: boolean
  flagged: boolean
  automatic?: 'bounce' | 'auto-reply' | 'list' | 'bulk' | 'notification' | 'invitation' | 'receipt'
  bounce?: { messageId?: string, recipient: string, status: string, hard: boolean, reason: string }
  unreadable?: string
  sentAt?: Time | null
  receivedAt: Time
  sortAt: Time
  editedAt?: Time | null
  deletedAt?: Time | null
  folder: 'inbox' | 'other'
  because: Because
  folded?: boolean
  digest?: { waiting: { conversationId: Id, shown: string, since: Time }[], more: number, raised: { conversationId: Id, shown: string, since: Time }[], streams: { stream: string, conversations: number }[] }
  unsubscribe?: { how: 'one-click' | 'mail' | 'page', url?: string }
  status?: 'queued' | 'sending' | 'uncertain' | 'sent' | 'delivered' | 'read' | 'failed' | 'cancelled'
  attempts?: Attempt[]
  clientId?: string
  messageId?: string | null
  remoteId?: string | null
  rev: number
}

export type Party = {
  kind: string
  address: string
  name?: string
  contactId?: Id
  proof?: 'verified' | 'weak' | 'unverified' | 'conflicting'
  warnings?: string[]
  role?: 'to' | 'cc' | 'bcc'
}

export type Because = {
  rule: string
  text: string
  evidence: string[]
  version?: number
}

export type Attempt = {
  id: Id
  accountId: Id
  channel: string
  recipient: Party
  address: string
  status: 'queued' | 'sending' | 'uncertain' | 'sent' | 'delivered' | 'read' | 'failed' | 'cancelled'
  because: Because
  at: Time
  error?: { code: string, text: string } | null
}

export type Attachment = {
  id: Id
  name: string
  contentType: string
  size: number
  inline: boolean
  warning?: string
  thumbnail?: { id: Id, width: number, height: number }
}

export type Card = {
  type: 'message' | 'invitation' | 'contact' | 'signed' | 'encrypted'
  message?: { from: string, subject: string, sentAt?: Time, text: string, files: string[] }
  invitation?: { method: 'request' | 'cancel' | 'reply' | 'counter' | 'publish', uid: string, sequence: number, recurrenceId?: string, title: string, start: string, end?: string, allDay: boolean, zone?: string, place?: string, description?: string, organizer?: Party, attendees: { address: string, name?: string, answer: 'accepted' | 'tentative' | 'declined' | 'unknown' }[], repeats?: { unit: 'day' | 'week' | 'month' | 'year', every: number, days: string[], monthDays: number[], months: number[], count?: number, until?: string }, answerable: boolean, answered?: 'accepted' | 'tentative' | 'declined' | 'unknown' }
  contact?: { name: string, organization?: string, addresses: AddressRef[] }
  seal?: { by: 'smime' | 'pgp', state: 'unchecked' | 'unreadable' | 'intact' | 'changed', signer?: { name?: string, addresses: string[], issuer: string, from: Time, to: Time } }
}

export type Contact = {
  id: Id
  name: string
  addresses: Party[]
  friend: 'friend' | 'friend-of-friend' | 'none'
  path?: string[]
  blocked: boolean
  notes?: string | null
  via?: { accountId?: Id, channel?: string, address?: string } | null
  verifiedOnly?: boolean
  pictures?: boolean
  photo?: Id | null
  merges?: { mergeId: Id, at: Time }[]
  redirectTo?: Id
  rev: number
}

export type Account = {
  id: Id
  kind: string
  name: string
  addresses: { kind: string, address: string, name?: string }[]
  status: 'connecting' | 'live' | 'retrying' | 'login-needed' | 'stopped'
  error?: { code: string, text: string } | null
  backfill?: { done: number, total: number } | null
  gaps: Gap[]
  rev: number
}

export type Gap = {
  since: Time
  until: Time | null
  filledAt: Time | null
}

export type Identity = {
  id: Id
  kind: string
  address: string
  name?: string | null
  signature?: string | null
  accountId?: Id | null
  rev: number
}

export type Settings = {
  sendReadMarkers: boolean
  inboxFor: 'basic' | 'strict'
  verifiedOnly: boolean
  teachByMoving: boolean
  teachByReplying: boolean
  teachByApproving: boolean
  befriendByMoving: boolean
  befriendByReplying: boolean
  befriendByApproving: boolean
  shareFriends: boolean
  digest: boolean
  digestHour: number
  timeZone: string | null
  learnSpam: boolean
  keepDays: { newsletters: number | null, notifications: number | null, receipts: number | null }
  rev: number
}

export type Counts = {
  inbox: number
  other: number
  screener: number
}

export type Rule = {
  id: Id
  scope: 'address' | 'domain' | 'list'
  kind?: string
  value: string
  action: 'inbox' | 'other' | 'block'
  stream?: string | null
  origin: 'user' | 'moved' | 'replied' | 'approved' | 'denied' | 'blocked' | 'spam' | 'unsubscribed'
  text: string
  at: Time
  rev: number
}

export type Waiting = {
  conversationId: Id
  sender: Party
  because: Because
  since: Time
  messages: number
  subject?: string | null
  preview: string
  lastAt: Time
  scopes: ('sender' | 'domain')[]
}

export type Screening = {
  id: Id
  conversationId: Id
  who: string
  decision: 'inbox' | 'stream' | 'deny' | 'block' | 'spam'
  scope: 'sender' | 'domain'
  stream?: string
  at: Time
  undoneAt: Time | null
}

export type Login = {
  id: Id
  kind: 'token' | 'session'
  name: string
  createdAt: Time
  usedAt: Time | null
  expiresAt: Time | null
  current: boolean
}

/** What each method takes and answers. A clientId that is left out is made by the client. */
export type Methods = {
  /** Says who connects, and where in the log it stands. It is the first request of a socket and comes within 10 seconds. */
  'session.hello': { params: { protocol: string, client: { name: string, version?: string | undefined, deviceId?: string | undefined }, auth?: { ticket?: string | undefined, token?: string | undefined } | undefined, resume?: { logId: string, seq: number } | undefined }, result: { sessionId: string, userId: Id, logId: string, head: number, floor: number, resume: 'live' | 'replaying' | 'snapshot_required', reason?: 'cursor_too_old' | 'cursor_ahead' | 'log_changed', capabilities: string[], limits: { frameBytesIn: number, frameBytesOut: number, depth: number, inFlight: number, heartbeatMs: number, uploadBytes: number }, serverTime: Time } }
  /** Says that both sides are alive, and the seq of the last durable event sent on this stream: a client that has seen less has missed something and reconnects. */
  'session.ping': { params: {}, result: { serverTime: Time, seq: number } }
  /** Where the user is logged in: browser sessions and tokens that are good now, newest first. */
  'session.list': { params: {}, result: { items: Login[] } }
  /** Ends a browser session or a token. Its sockets close with 4410, also the one that asks. */
  'session.revoke': { params: { id: Id }, result: {} }
  /** What a client shows first, from one moment of the log: the counts, the accounts, and the first page of both folders. Events up to asOf are in it; apply later ones by rev. */
  'sync.snapshot': { params: {}, result: { asOf: number, counts: Counts, accounts: Account[], windows: { inbox: { items: Conversation[], nextCursor: string | null }, other: { items: Conversation[], nextCursor: string | null } } } }
  /** From now on only events of these folders and conversations, besides those that belong to neither (contacts, accounts, counts). Replaces the subscription before; fetch the windows anew afterwards. */
  'sync.subscribe': { params: { folders?: ('inbox' | 'other')[] | undefined, conversations?: Id[] | undefined }, result: { asOf: number } }
  /** From now on all events again. Fetch the windows anew afterwards. */
  'sync.unsubscribe': { params: {}, result: { asOf: number } }
  /** How many unread messages lie in each folder, archived conversations and blocked people left out; and how many wait in the screener. */
  'inbox.counts': { params: {}, result: Counts }
  /** One conversation. After a merge an old id still answers, with redirectTo. */
  'conversation.get': { params: { id: Id }, result: Conversation }
  /** The conversations of a folder, newest first. `stream`: one stream of Other. `blocked`: those that are hidden, since whom they are with is blocked; whatever the folder. */
  'conversation.list': { params: { folder: 'inbox' | 'other', archived?: boolean | undefined, blocked?: boolean | undefined, stream?: string | undefined, limit?: number | undefined, cursor?: Cursor | undefined }, result: { items: Conversation[], nextCursor: string | null, asOf: number } }
  /** Marks what is unread up to and with a message as read, here and in mailboxes that know such marks; senders are told only if the user wants it (settings.set). Answers how many it marked. */
  'conversation.markRead': { params: { id: Id, upTo: Id }, result: { marked: number } }
  /** Marks what came in from a message on, that one too, as unread. Answers how many it marked. */
  'conversation.markUnread': { params: { id: Id, from: Id }, result: { marked: number } }
  /** The people of a conversation, the user left out. */
  'conversation.members': { params: { id: Id }, result: { items: Contact[] } }
  /** Moves a conversation to a folder, or a stream of Other. It stays there, whoever writes in it, until it is moved again; only where nothing proves who writes, the next message takes it back to Other. `teach` makes a rule of it: about the address or the list (the default, by settings.teachByMoving), the domain, or none. */
  'conversation.route': { params: { id: Id, folder: 'inbox' | 'other', stream?: string | undefined, teach?: 'address' | 'domain' | 'none' | undefined }, result: Conversation }
  /** Pins, archives, mutes, labels or names a conversation. What is not named stays. */
  'conversation.update': { params: { id: Id, pinned?: boolean | undefined, archived?: boolean | undefined, mutedUntil?: Time | null | undefined, labels?: string[] | undefined, name?: string | undefined, ifRev?: number | undefined }, result: Conversation }
  /** The topics of a conversation, newest first, with what of each lies in it: a topic is a whole mail thread and may run through several conversations. */
  'topic.list': { params: { conversationId: Id, limit?: number | undefined, cursor?: Cursor | undefined }, result: { items: { id: Id, subject: string, rev: number, messages: number, unread: number, lastAt: Time }[], nextCursor: string | null, asOf: number } }
  /** Calls a topic something else. It stays so, whatever the subjects of later mails are; what is sent keeps its own subject. */
  'topic.rename': { params: { id: Id, subject: string, ifRev?: number | undefined }, result: Topic }
  /** Parts a message, with all that answers it, from its topic, for later answers too. Returns the new topic; topic.join of both takes it back. */
  'topic.split': { params: { messageId: Id }, result: Topic }
  /** Joins topics into the first of them, for later answers too. topic.split at each of the messages in splitAt takes it back. */
  'topic.join': { params: { ids: Id[] }, result: { id: Id, subject: string, rev: number, splitAt: Id[] } }
  /** Takes a message back that is still queued. What is on its way cannot be cancelled. */
  'message.cancel': { params: { id: Id }, result: Message }
  /** One message with its whole decoded text (`original`). What is over 256 KiB is cut there too; message.raw has all of it. */
  'message.get': { params: { id: Id }, result: Message }
  /** Messages of a conversation, newest first; with `after`, those that follow a message, oldest first. */
  'message.list': { params: { conversationId: Id, topicId?: Id | undefined, before?: Id | undefined, after?: Id | undefined, limit?: number | undefined, cursor?: Cursor | undefined, bodyMaxBytes?: number | undefined }, result: { items: Message[], nextCursor: string | null, asOf: number } }
  /** The bytes of a message as they came, as a blob: blob.url makes a link to it. null for what was written here and has none. */
  'message.raw': { params: { id: Id }, result: { blobId: Id | null } }
  /** Sends again what failed or is uncertain, with the same ids, so that a network that has it can tell. */
  'message.retry': { params: { id: Id }, result: Message }
  /** Accepts a message durably, chooses how it goes out, says why (attempts), and delivers it. Asking again with the same clientId is harmless. */
  'message.send': { params: { clientId?: ClientId | undefined, conversationId?: Id | undefined, to?: AddressRef | undefined, text: string, subject?: string | undefined, topicId?: Id | undefined, replyTo?: Id | undefined, attachments?: Id[] | undefined, via?: { accountId?: Id | undefined, channel?: string | undefined, address?: string | undefined } | undefined }, result: Message }
  /** What is not over yet, newest first: messages that wait, are on their way, uncertain, or failed. A message to a group may come once for each of its operations. */
  'outbox.list': { params: { limit?: number | undefined, cursor?: Cursor | undefined }, result: { items: Message[], nextCursor: string | null, asOf: number } }
  /** The user's word on an attempt that is uncertain: it arrived (sent), it is let go (failed), or it goes out again with the same ids (retry), even if it then arrives twice. */
  'outbox.resolve': { params: { attemptId: Id, outcome: 'sent' | 'failed' | 'retry' }, result: {} }
  /** How a message would go out now, and why; what else there is, and why not. Writes nothing. */
  'compose.resolve': { params: { conversationId?: Id | undefined, to?: AddressRef | undefined, text?: string | undefined, topicId?: Id | undefined, replyTo?: Id | undefined, attachments?: Id[] | undefined, via?: { accountId?: Id | undefined, channel?: string | undefined, address?: string | undefined } | undefined }, result: { via: { accountId: Id, channel: string, from: AddressRef, to: AddressRef[] }, because: Because, alternatives: { accountId: Id, channel: string, from: AddressRef, to: AddressRef[], ok: boolean, whyNot?: string, parts: number, cost: number }[], parts: number, cost: number } }
  /** One contact, and the conversation with them alone, where there is one. After a merge an old id still answers, with redirectTo. */
  'contact.get': { params: { id: Id }, result: { id: Id, name: string, addresses: Party[], friend: 'friend' | 'friend-of-friend' | 'none', path?: string[], blocked: boolean, notes?: string | null, via?: { accountId?: Id, channel?: string, address?: string } | null, verifiedOnly?: boolean, pictures?: boolean, photo?: Id | null, merges?: { mergeId: Id, at: Time }[], redirectTo?: Id, rev: number, conversationId?: Id } }
  /** Deletes a contact: name, notes, picture, friendship, and their card in an address book that is kept in step. Messages stay, as a stranger's. With `forget` all that was exchanged with them alone and what they wrote in groups is deleted too, with its files, here only and for good: it cannot be undone. */
  'contact.delete': { params: { id: Id, forget?: boolean | undefined, ifRev?: number | undefined }, result: { messages: number } }
  /** All that was exchanged with somebody, alone and in groups, newest first: files, links in texts, or topics. */
  'contact.exchanged': { params: { id: Id, kind: 'files' | 'links' | 'topics', limit?: number | undefined, cursor?: Cursor | undefined }, result: { items: { at: Time, conversationId: Id, messageId?: Id, direction?: string, file?: { id: Id, name: string, contentType: string, size: number }, links?: string[], topic?: { id: Id, subject: string, messages: number } }[], nextCursor: string | null, asOf: number } }
  /** All about somebody as files to download (blob.url), kept for a day: their card (vCard 3.0), and one JSON object a line: the contact, then every message with them alone and what they wrote in groups, oldest first. */
  'contact.export': { params: { id: Id }, result: { card: Id, messages: Id, count: number } }
  /** Takes in the people of a vCard file (2.1, 3.0, 4.0) that was uploaded: pictures, notes and addresses. They join who is known by exactly the same address only. `friends`: they are friends. `friendGroups`: who is in one of these groups (CATEGORIES) is. `groups`: only who is in one of these is taken. What is not taken is listed with its reason; doing it again changes nothing. */
  'contact.import': { params: { blobId: Id, friends?: boolean | undefined, groups?: string[] | undefined, friendGroups?: string[] | undefined }, result: { people: number, left: { name: string, why: string }[] } }
  /** Says that two contacts are two people: contact.suggestions does not name them together again. */
  'contact.keepApart': { params: { ids: Id[] }, result: {} }
  /** Gives a contact an address. Messages from and to it come into their conversation, old ones too. */
  'contact.link': { params: { id: Id, kind: string, address: string }, result: Contact }
  /** Everybody who wrote or was written to, strangers too, in the order in which they became known. */
  'contact.list': { params: { limit?: number | undefined, cursor?: Cursor | undefined }, result: { items: Contact[], nextCursor: string | null, asOf: number } }
  /** Joins contacts into the first of them, and their conversations into one. contact.unmerge undoes it. */
  'contact.merge': { params: { ids: Id[] }, result: { contactId: Id, mergeId: Id } }
  /** Adds a contact with a name and addresses, or with `id` changes the name, the notes and the preferred way of one. What is not named stays. `via` is how messages to this person go unless one says otherwise; null: as it comes. `verifiedOnly`: what comes from their addresses from now on is let in only where it is verified. `pictures`: those of other servers are shown unasked in what is verified to be theirs (`a12` of blob.url). Asking again with the same clientId is harmless. */
  'contact.put': { params: { clientId?: ClientId | undefined, id?: Id | undefined, name?: string | undefined, notes?: string | null | undefined, via?: { accountId?: Id | undefined, channel?: string | undefined, address?: string | undefined } | null | undefined, verifiedOnly?: boolean | undefined, pictures?: boolean | undefined, photo?: Id | null | undefined, addresses?: AddressRef[] | undefined, ifRev?: number | undefined }, result: Contact }
  /** Contacts that may be one person under two addresses, with what speaks for it. Nothing is merged by itself: contact.merge does it, contact.keepApart ends the suggestion. */
  'contact.suggestions': { params: { limit?: number | undefined, cursor?: Cursor | undefined }, result: { items: { contacts: Contact[], evidence: string[] }[], nextCursor: string | null, asOf: number } }
  /** Takes an address from a contact: its messages get a conversation of their own again. */
  'contact.unlink': { params: { id: Id, kind: string, address: string }, result: Contact }
  /** Parts what a merge joined: each message is back with the contact whose address it came from or went to, also those of the time between. Merges are undone in any order. */
  'contact.unmerge': { params: { mergeId: Id }, result: { contactIds: Id[] } }
  /** Who may be a friend: the people whom the user writes to, most often first, with how many of the newest messages with them went out and came in. Friends are among them. */
  'friend.candidates': { params: { limit?: number | undefined }, result: { items: { contact: Contact, written: number, received: number }[] } }
  /** The user's friends: whose messages come into the inbox. */
  'friend.list': { params: { limit?: number | undefined, cursor?: Cursor | undefined }, result: { items: Contact[], nextCursor: string | null, asOf: number } }
  /** Through which friends the user knows somebody, the oldest way first. Each holds as long as that one is a friend. */
  'friend.path': { params: { contactId: Id }, result: { items: { kind: 'cc' | 'group' | 'shared', through: Id, text: string, at: Time }[] } }
  /** Somebody is no longer a friend. What came into the inbox only through them goes back to Other. */
  'friend.remove': { params: { contactId: Id }, result: Contact }
  /** Makes somebody a friend, or no longer one. Their conversation moves accordingly, unless the user has put it where it is. */
  'friend.set': { params: { contactId: Id, friend: boolean }, result: Contact }
  /** Blocks somebody on every channel, or no longer. All of it is hidden: no lists, no counts, no search, no notice, nothing told to them; in groups it is folded. What comes from then on is purged after 30 days; until then ending the block brings all of it back. */
  'contact.block': { params: { id: Id, blocked: boolean, ifRev?: number | undefined }, result: Contact }
  /** Why somebody is in the inbox, in Other or hidden, in words; and what speaks for it: their addresses with what each has proved and the rule about it, the friends they are known through, and other conversations that bear their address without proof. */
  'contact.why': { params: { id: Id }, result: { text: string, folder: 'inbox' | 'other' | null, because: Because | null, addresses: { kind: string, address: string, verifiedAt: Time | null, wroteAt: Time | null, rule: Rule | null }[], path: string[], unproven: Id[], blocked: null | { since: Time, messages: number, purgedFrom: Time | null } } }
  /** The user's word about up to 200 who wait: into the inbox, into a stream of Other, turned down (`deny`), blocked, or spam; for the sender or everybody at their domain. It makes rules, and what waited moves at once. Where nothing proves who writes, only that conversation moves. Each decision can be undone (screener.undo). */
  'screener.decide': { params: { ids: Id[], decision: 'inbox' | 'stream' | 'deny' | 'block' | 'spam', scope?: 'sender' | 'domain' | undefined, stream?: string | undefined }, result: { decided: { id: Id, conversationId: Id }[], moved: number } }
  /** What the user has decided in the screener, the newest first. */
  'screener.history': { params: { limit?: number | undefined, cursor?: Cursor | undefined }, result: { items: Screening[], nextCursor: string | null, asOf: number } }
  /** Who waits for a decision of the user: since when, with what proof, and how it begins. The newest first. What machines and lists send does not wait: it has its streams. */
  'screener.list': { params: { limit?: number | undefined, cursor?: Cursor | undefined }, result: { items: Waiting[], nextCursor: string | null, asOf: number } }
  /** Takes a decision back: rules, blocks and places are as before it, unless the user has changed them since. */
  'screener.undo': { params: { id: Id }, result: Screening }
  /** Takes several decisions back at once, the newest first, as screener.undo does each; what was undone before stays so. All of them or, where one is not there, none. */
  'screener.undoAll': { params: { ids: Id[] }, result: { undone: Screening[], moved: number } }
  /** Takes a rule away. What only it had moved moves back; so does a conversation whose move had made it. */
  'rule.delete': { params: { id: Id, ifRev?: number | undefined }, result: { moved: number } }
  /** What the user has said about senders, by hand or by what they did; the oldest first. */
  'rule.list': { params: { limit?: number | undefined, cursor?: Cursor | undefined }, result: { items: Rule[], nextCursor: string | null, asOf: number } }
  /** Says what becomes of an address, of everybody at a domain (and below it), or of a list; with `id` says something else instead. There is one rule for each: the newest word replaces the one before. What is there already moves at once, but for conversations that the user has put where they are. */
  'rule.put': { params: { id?: Id | undefined, scope: 'address' | 'domain' | 'list', kind?: string | undefined, value: string, action: 'inbox' | 'other' | 'block', stream?: string | undefined, ifRev?: number | undefined }, result: Rule }
  /** What would move if this rule were there, or if the rule `without` were not (both: instead of it): every message of the last 90 days, newest first, by the very decisions that applying it makes. Writes nothing. */
  'rule.simulate': { params: { rule?: RuleWish | undefined, without?: Id | undefined, limit?: number | undefined, cursor?: Cursor | undefined }, result: { messages: number, conversations: number, items: { message: MessagePreview, conversationId: Id, from: string, to: string, because: Because }[], nextCursor: string | null, asOf: number } }
  /** The streams of Other: lists, newsletters, receipts, notifications, spam, and those that the user has named, each with how many senders and unread messages there are. conversation.list with `stream` shows one, by sender. */
  'stream.list': { params: {}, result: { items: { stream: string, conversations: number, unread: number }[], asOf: number } }
  /** Unsubscribes from what a message belongs to: by one request to its sender (only where the sender has signed the link), or by a mail from the address it came to. A link to a page is for the user to open (`unsubscribe.url` of the message). */
  'message.unsubscribe': { params: { id: Id }, result: { how: 'one-click' | 'mail' } }
  /** Answers an invitation that a message carries: a message with the answer for their calendar goes to its organizer alone, from the address that was invited. `text` is said with it; without, the answer alone. May be called again when one thinks otherwise. */
  'invitation.answer': { params: { messageId: Id, card?: number | undefined, answer: 'accepted' | 'tentative' | 'declined', text?: string | undefined }, result: { id: Id } }
  /** Settings to try for an address, best first. The password is for the user to add. */
  'account.discover': { params: { kind: string, address: string }, result: { items: unknown[] } }
  /** The networks that can be connected, each with the JSON Schema of its settings: fields with `secret: true` are never told again. */
  'account.kinds': { params: {}, result: { items: { kind: string, title: string, channel: string, reaches: string[], settings: unknown }[] } }
  /** The user's accounts with their health, the times they were deaf, and how far the backfill is. Never their settings. */
  'account.list': { params: {}, result: { items: Account[] } }
  /** Who checks the senders of what comes to an account: `server` is the name of the mail server whose results the user has confirmed; null: Kinbox checks by itself. `proposal`: settings that the newest messages speak for, and why. They count only once the user has confirmed them: by account.put, with these added to what account.settings tells. */
  'account.proof': { params: { id: Id }, result: { server: string | null, proposal: { settings: unknown, evidence: string[] } | null } }
  /** Adds an account (kind and settings), or with `id` changes one; secrets that are left out stay. It connects at once; account.changed tells how that goes. `once`: where an account of that kind has one of its addresses already, none is added (conflict, with that account), since what comes by both might be shown twice. */
  'account.put': { params: { id?: Id | undefined, kind?: string | undefined, name?: string | undefined, settings?: unknown | undefined, ifRev?: number | undefined, once?: boolean | undefined }, result: Account }
  /** Disconnects an account and forgets its settings. Its messages stay. */
  'account.remove': { params: { id: Id }, result: {} }
  /** Reads an account again from the beginning. What is known is recognised, so nothing comes twice. */
  'account.resync': { params: { id: Id }, result: {} }
  /** The settings of an account as account.put takes them, without its secrets: `secrets` names those that are kept. Left out in account.put, they stay. */
  'account.settings': { params: { id: Id }, result: { kind: string, settings: unknown, secrets: string[] } }
  /** One account as it is now, with the address to enter at a network that calls back (webhookUrl): null where KINBOX_PUBLIC_URL is not set. */
  'account.status': { params: { id: Id }, result: { id: Id, kind: string, name: string, addresses: { kind: string, address: string, name?: string }[], status: 'connecting' | 'live' | 'retrying' | 'login-needed' | 'stopped', error?: { code: string, text: string } | null, backfill?: { done: number, total: number } | null, gaps: Gap[], rev: number, webhookUrl: string | null } }
  /** Tries settings (kind and settings, or an account by `id`): connects, logs in, and ends. Nothing is stored or received. What is wrong is told in words. */
  'account.test': { params: { id?: Id | undefined, kind?: string | undefined, settings?: unknown | undefined }, result: { ok: boolean, error?: { code: string, text: string } } }
  /** Takes an address that no account carries from the user's own. */
  'identity.delete': { params: { id: Id }, result: {} }
  /** The user's own addresses, with the names and signatures they write under. */
  'identity.list': { params: {}, result: { items: Identity[] } }
  /** Adds an address of the user's own (kind and address: an alias, say), or with `id` changes its name and signature. */
  'identity.put': { params: { id?: Id | undefined, kind?: string | undefined, address?: string | undefined, name?: string | null | undefined, signature?: string | null | undefined, ifRev?: number | undefined }, result: Identity }
  /** Uploads a small file, at most 128 KiB, for message.send. Larger ones are posted to /v1/blobs. */
  'blob.create': { params: { name: string, contentType: string, base64: string }, result: Attachment }
  /** A link to a blob for a few minutes, for sound and film for hours: an attachment or upload, its small picture, the bytes of a message; a message's safe HTML (`h12`; with `p12` in its place also pictures of other servers have links, with `a12` only where the user has said so of whom it is verified to be from) and its style sheet (`s12`). Answered as a download, whole or a part of it (Range). */
  'blob.url': { params: { id: Id }, result: { path: string, expiresAt: Time } }
  /** The contacts whose presence is known now, with the best of all their addresses; and what the networks see of the user. Presence is not in the log: signals tell what changes afterwards, and a client that was away asks again. */
  'presence.list': { params: { limit?: number | undefined, cursor?: Cursor | undefined }, result: { items: { contactId: Id, presence: 'online' | 'away' | 'offline', lastSeenAt?: Time, addresses: { kind: string, address: string, presence: 'online' | 'away' | 'offline' }[] }[], nextCursor: string | null, asOf: number, own: { shown: 'online' | 'away' | 'offline', invisible: boolean, devices: { device: string | null, available: 'online' | 'away' | 'invisible' | 'offline', current: boolean }[] } } }
  /** Says whether the user can be reached at this client; it holds until the socket closes. The networks see the best of all clients. While one of them is invisible they see nothing: no presence, no typing, no read markers. A socket that has said nothing does not count. */
  'presence.set': { params: { available: 'online' | 'away' | 'invisible' | 'offline', device?: string | undefined }, result: { shown: 'online' | 'away' | 'offline' } }
  /** Shows the others in a conversation that the user writes, or has stopped, where an answer would go by a channel that can. Repeat it every few seconds while the user types; it ends by itself. `told`: whether somebody was told by this very call; never in Other, nor while the user is invisible. */
  'typing.set': { params: { conversationId: Id, typing: boolean }, result: { told: boolean } }
  /** What the user has set for themselves. */
  'settings.get': { params: {}, result: Settings }
  /** Changes what the user has set; what is not named stays. `sendReadMarkers`: people in the inbox are told that they were read, by chats that can; never while the user is invisible. `inboxFor`: friends of friends too (basic), or friends only (strict); conversations move at once. `verifiedOnly`: what comes from now on is let in only where its sender is verified; channels that cannot verify anybody (SMS) then bring nothing into the inbox. `digestHour`, `timeZone`: when the daily digest comes. `keepDays`: after how many days what machines sent is deleted, for each stream. */
  'settings.set': { params: { sendReadMarkers?: boolean | undefined, inboxFor?: 'basic' | 'strict' | undefined, verifiedOnly?: boolean | undefined, teachByMoving?: boolean | undefined, teachByReplying?: boolean | undefined, teachByApproving?: boolean | undefined, befriendByMoving?: boolean | undefined, befriendByReplying?: boolean | undefined, befriendByApproving?: boolean | undefined, shareFriends?: boolean | undefined, digest?: boolean | undefined, digestHour?: number | undefined, timeZone?: string | null | undefined, learnSpam?: boolean | undefined, keepDays?: { newsletters: number | null, notifications: number | null, receipts: number | null } | undefined, ifRev?: number | undefined }, result: Settings }
  /** Finds messages by people, subjects, texts and file names, on all channels. The language is in docs/search.md. */
  'search.query': { params: { q: string, order?: 'newest' | 'best' | undefined, conversationId?: Id | undefined, timeZone?: string | undefined, limit?: number | undefined, cursor?: Cursor | undefined }, result: { items: { id: Id, conversationId: Id, title: string, folder: 'inbox' | 'other', archived: boolean, sortAt: Time, channel: string, direction: 'in' | 'out', sender: Party, seen: boolean, flagged: boolean, subject: string | null, subjectMarks: { start: number, end: number }[], snippet: { text: string, marks: { start: number, end: number }[] }, files: { id: Id, name: string, marks: { start: number, end: number }[] }[] }[], people: Contact[], nextCursor: string | null, asOf: number, indexing?: boolean } }
  /** Makes a token for a client. The answer is the only place that ever shows its secret. */
  'token.create': { params: { name: string, expiresAt?: Time | undefined }, result: { token: string, login: Login } }
  /** The tokens that are good now, newest first; never their secrets. */
  'token.list': { params: {}, result: { items: Login[] } }
  /** Ends a token. Its sockets close with 4410. */
  'token.revoke': { params: { id: Id }, result: {} }
  /** Asks to end a request that is in flight on this socket. It is answered with cancelled, unless it was done already. */
  'rpc.cancel': { params: { id: Id | number }, result: { cancelled: boolean } }
  /** All methods with their parameters, results, errors and examples, as an OpenRPC document. */
  'rpc.discover': { params: {}, result: { openrpc: string, info: unknown, methods: unknown[] } }
}

/** What the data of each event holds; it is absent where the object is gone. */
export type EventData = {
  'message.created': Message
  'message.changed': Message
  'message.removed': undefined
  'conversation.changed': Conversation
  'conversation.removed': undefined
  'topic.changed': Topic
  'contact.changed': Contact
  'contact.removed': undefined
  'account.changed': Account
  'account.removed': undefined
  'identity.changed': Identity
  'identity.removed': undefined
  'rule.changed': Rule
  'rule.removed': undefined
  'settings.changed': Settings
  'session.changed': undefined
  'counts.changed': Counts
}

export type ErrorKind = 'parse_error' | 'invalid_request' | 'method_not_found' | 'invalid_params' | 'internal' | 'unauthenticated' | 'forbidden' | 'not_found' | 'conflict' | 'idempotency_mismatch' | 'too_large' | 'rate_limited' | 'account_unavailable' | 'not_supported_by_channel' | 'read_only' | 'snapshot_required' | 'cancelled'

/** Methods that take a clientId: repeated with the same one, they do it once. */
export const creating: readonly string[] = ['message.send', 'contact.put']

/** Why the server closes a socket: whether to connect again, and whether the position in the log stays good. */
export const closes: Readonly<Record<number, { retry: boolean, resume: boolean, why: string }>> = {
  1001: { retry: true, resume: true, why: "The server stops or restarts. session.goaway came before and says when to come back." },
  4400: { retry: false, resume: true, why: "The client broke the framing: a binary frame, or one over 256 KiB. Mend the client." },
  4401: { retry: false, resume: true, why: "session.hello failed, or the login has expired. Get a new ticket or token; ask the user to log in." },
  4403: { retry: false, resume: false, why: "The page that opened the socket is not allowed to. The operator adds its origin to the options." },
  4406: { retry: false, resume: true, why: "The server does not speak this protocol version. Update the client or the server." },
  4408: { retry: true, resume: true, why: "session.hello did not come within 10 seconds." },
  4410: { retry: false, resume: true, why: "This session or token was revoked, here or on another device. Ask the user to log in." },
  4413: { retry: true, resume: true, why: "The client did not read for 60 seconds, or fell behind what the log keeps. Connect again and resume." },
  4429: { retry: true, resume: true, why: "The client went on in spite of rate_limited answers. Wait a minute, then resume." },
  4500: { retry: true, resume: true, why: "The server made a mistake. Connect again with back-off and resume." }
}
