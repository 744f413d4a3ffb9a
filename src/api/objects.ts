/** The objects of the protocol. Field names are part of it. Absent means unknown; null means known to be none. */
import Type from 'typebox'
import type { Static, TEnum, TSchema } from 'typebox'

const one = <Values extends string[]>(...values: Values): TEnum<Values> => Type.Enum(values) as TEnum<Values>
const nullable = <T extends TSchema>(type: T) => Type.Union([type, Type.Null()])
const { Optional, Object: Obj, String: Str, Boolean: Bool, Integer: Int, Array: List } = Type

/** An opaque id. */
export const Id = Str({ minLength: 1, maxLength: 64 })
/** RFC 3339 in UTC with milliseconds. */
export const Time = Str({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$', description: 'RFC 3339, UTC, milliseconds' })
export const FolderName = one('inbox', 'other')
/** Whether somebody is there, and what a client says of itself. */
export const PresenceName = one('online', 'away', 'offline')
export const Availability = one('online', 'away', 'invisible', 'offline')
/** Rises by one at every change of the object. */
export const Rev = Int({ minimum: 1 })
/** A window's position in the log: objects in it are at least as new. */
export const AsOf = Int({ minimum: 0, description: 'the position in the log that this answer reflects' })
/** A writer's own id for a write, a UUIDv7: repeating the write with it is harmless. */
export const ClientId = Str({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$', description: 'UUIDv7, unique per user' })
export const Cursor = Str({ minLength: 1, maxLength: 256, description: 'nextCursor of the page before; opaque' })
export const Limit = Int({ minimum: 1, maximum: 200 })

/** `{ items, nextCursor, asOf }`: only a nextCursor of null is the end. */
export const page = <T extends TSchema>(item: T) => Obj({ items: List(item), nextCursor: nullable(Str()), asOf: AsOf })

export const Because = Obj({ rule: Str(), text: Str(), evidence: List(Str()), version: Optional(Int({ minimum: 1, description: 'of the user\'s rules, when it was decided' })) })
export type Because = Static<typeof Because>

export const Party = Obj({
  kind: Str(),
  address: Str(),
  name: Optional(Str()),
  contactId: Optional(Id),
  proof: Optional(one('verified', 'weak', 'unverified', 'conflicting')),
  warnings: Optional(List(Str())),
  role: Optional(one('to', 'cc', 'bcc'))
})
export type Party = Static<typeof Party>

/** An address without a person, as requests name it. */
export const AddressRef = Obj({ kind: Str({ minLength: 1, maxLength: 40 }), address: Str({ minLength: 1, maxLength: 320 }) })
export type AddressRef = Static<typeof AddressRef>

export const MessagePreview = Obj({ id: Id, direction: one('in', 'out'), channel: Str(), sender: Party, preview: Str(), sortAt: Time, status: Optional(Str()) })
export type MessagePreview = Static<typeof MessagePreview>

export const Conversation = Obj({
  id: Id,
  kind: one('person', 'group', 'list', 'system'),
  title: Str(),
  contactId: Optional(Id),
  memberCount: Int({ minimum: 0 }),
  folder: FolderName,
  archivedAt: Optional(nullable(Time)),
  blocked: Bool(),
  stream: Optional(Str()),
  because: Because,
  unread: Int({ minimum: 0 }),
  lastMessage: nullable(MessagePreview),
  lastAt: nullable(Time),
  pinned: Bool(),
  mutedUntil: Optional(nullable(Time)),
  snoozedUntil: Optional(nullable(Time)),
  labels: List(Str()),
  redirectTo: Optional(Id),
  rev: Rev
})
export type Conversation = Static<typeof Conversation>

export const Topic = Obj({ id: Id, subject: Str(), rev: Rev })
export type Topic = Static<typeof Topic>

export const DeliveryStatus = one('queued', 'sending', 'uncertain', 'sent', 'delivered', 'read', 'failed', 'cancelled')

export const Attempt = Obj({
  id: Id,
  accountId: Id,
  channel: Str(),
  recipient: Party,
  address: Str(),
  status: DeliveryStatus,
  because: Because,
  at: Time,
  error: Optional(nullable(Obj({ code: Str(), text: Str() })))
})
export type Attempt = Static<typeof Attempt>

export const Attachment = Obj({
  id: Id,
  name: Str(),
  contentType: Str(),
  size: Int({ minimum: 0 }),
  inline: Bool(),
  warning: Optional(Str({ description: 'what is in it is not what it says, or it is a program: in words for the user' })),
  thumbnail: Optional(Obj({ id: Id, width: Int(), height: Int() }))
})
export type Attachment = Static<typeof Attachment>

const DigestEntry = Obj({ conversationId: Id, shown: Str({ description: 'the address that they wrote from' }), since: Time })
/** What a message of Kinbox itself tells about Other. */
export const Digest = Obj({
  waiting: List(DigestEntry),
  more: Int({ minimum: 0, description: 'who is new in the screener, besides those' }),
  raised: List(DigestEntry),
  streams: List(Obj({ stream: Str(), conversations: Int({ minimum: 1 }) }))
})

const InvitationAnswer = one('accepted', 'tentative', 'declined', 'unknown')
const When = Str({ description: 'RFC 3339 with an offset, without one where the writer named no zone, or a day alone' })
/** What a message carries that is more than a file. One of the fields beside `type` is there, by the type. */
export const Card = Obj({
  type: one('message', 'invitation', 'contact', 'signed', 'encrypted'),
  message: Optional(Obj({ from: Str(), subject: Str(), sentAt: Optional(Time), text: Str(), files: List(Str({ description: 'names of what it carries: they are among the attachments' })) })),
  invitation: Optional(Obj({
    method: one('request', 'cancel', 'reply', 'counter', 'publish'), uid: Str(), sequence: Int(), recurrenceId: Optional(When), title: Str(), start: When, end: Optional(When), allDay: Bool(), zone: Optional(Str()),
    place: Optional(Str()), description: Optional(Str()), organizer: Optional(Party), attendees: List(Obj({ address: Str(), name: Optional(Str()), answer: InvitationAnswer })),
    repeats: Optional(Obj({ unit: one('day', 'week', 'month', 'year'), every: Int(), days: List(Str({ description: 'mo to su, with the number of the week in the month before it: 2tu, -1fr' })), monthDays: List(Int()), months: List(Int()), count: Optional(Int()), until: Optional(Str()) })),
    answerable: Bool({ description: 'invitation.answer may be called' }), answered: Optional(InvitationAnswer)
  })),
  contact: Optional(Obj({ name: Str(), organization: Optional(Str()), addresses: List(AddressRef) })),
  seal: Optional(Obj({
    by: one('smime', 'pgp'), state: one('unchecked', 'unreadable', 'intact', 'changed'),
    signer: Optional(Obj({ name: Optional(Str()), addresses: List(Str()), issuer: Str(), from: Time, to: Time }, { description: 'whose certificate came with it, as it says itself: nobody has checked who issued it' }))
  }))
})
export type Card = Static<typeof Card>

export const Message = Obj({
  id: Id,
  conversationId: Id,
  topicId: Optional(nullable(Id)),
  accountId: Id,
  channel: Str(),
  direction: one('in', 'out'),
  sender: Party,
  recipients: List(Party),
  subject: Optional(nullable(Str())),
  text: Str(),
  truncated: Optional(Bool()),
  quoted: Optional(nullable(Str())),
  original: Optional(Str()),
  html: Optional(nullable(Id)),
  attachments: List(Attachment),
  cards: Optional(List(Card)),
  reactions: List(Obj({ sender: Party, emoji: Str() })),
  replyTo: Optional(nullable(Id)),
  seen: Bool(),
  flagged: Bool(),
  automatic: Optional(one('bounce', 'auto-reply', 'list', 'bulk', 'notification', 'invitation', 'receipt')),
  bounce: Optional(Obj({ messageId: Optional(Str()), recipient: Str(), status: Str(), hard: Bool(), reason: Str() })),
  unreadable: Optional(Str({ description: 'why the content could not be read' })),
  sentAt: Optional(nullable(Time)),
  receivedAt: Time,
  sortAt: Time,
  editedAt: Optional(nullable(Time)),
  deletedAt: Optional(nullable(Time)),
  folder: FolderName,
  because: Because,
  folded: Optional(Bool({ description: 'its sender is blocked, in a group with others: shown folded' })),
  digest: Optional(Digest),
  unsubscribe: Optional(Obj({ how: one('one-click', 'mail', 'page'), url: Optional(Str({ description: 'of a page that the user must open' })) })),
  status: Optional(DeliveryStatus),
  attempts: Optional(List(Attempt)),
  clientId: Optional(Str({ description: 'that it was sent with, for 30 days' })),
  messageId: Optional(nullable(Str())),
  remoteId: Optional(nullable(Str())),
  rev: Rev
})
export type Message = Static<typeof Message>

/** A place in a text, in UTF-16 units as JavaScript counts. */
const Marks = List(Obj({ start: Int({ minimum: 0 }), end: Int({ minimum: 0 }) }), { description: 'where the words stand, in UTF-16 units' })

/** A message that a search found. All texts are plain. */
export const SearchHit = Obj({
  id: Id,
  conversationId: Id,
  title: Str({ description: "the conversation's" }),
  folder: FolderName,
  archived: Bool(),
  sortAt: Time,
  channel: Str(),
  direction: one('in', 'out'),
  sender: Party,
  seen: Bool(),
  flagged: Bool(),
  subject: nullable(Str()),
  subjectMarks: Marks,
  snippet: Obj({ text: Str(), marks: Marks }),
  files: List(Obj({ id: Id, name: Str(), marks: Marks }))
})
export type SearchHit = Static<typeof SearchHit>

/** Which way a message is to take; each part narrows. */
export const Via = Obj({ accountId: Optional(Id), channel: Optional(Str({ maxLength: 40 })), address: Optional(Str({ maxLength: 320 })) })
export type Via = Static<typeof Via>

export const Contact = Obj({
  id: Id,
  name: Str(),
  addresses: List(Party),
  friend: one('friend', 'friend-of-friend', 'none'),
  path: Optional(List(Str())),
  blocked: Bool(),
  notes: Optional(nullable(Str())),
  via: Optional(nullable(Via)),
  verifiedOnly: Optional(Bool()),
  pictures: Optional(Bool({ description: 'pictures of other servers are shown unasked, in what is verified to be theirs' })),
  photo: Optional(nullable(Id)),
  merges: Optional(List(Obj({ mergeId: Id, at: Time }))),
  redirectTo: Optional(Id),
  rev: Rev
})
export type Contact = Static<typeof Contact>

export const Gap = Obj({ since: Time, until: nullable(Time), filledAt: nullable(Time) })

export const Account = Obj({
  id: Id,
  kind: Str(),
  name: Str(),
  addresses: List(Obj({ kind: Str(), address: Str(), name: Optional(Str()) })),
  status: one('connecting', 'live', 'retrying', 'login-needed', 'stopped'),
  error: Optional(nullable(Obj({ code: Str(), text: Str() }))),
  backfill: Optional(nullable(Obj({ done: Int(), total: Int() }))),
  gaps: List(Gap),
  rev: Rev
})
export type Account = Static<typeof Account>

export const Identity = Obj({ id: Id, kind: Str(), address: Str(), name: Optional(nullable(Str())), signature: Optional(nullable(Str())), accountId: Optional(nullable(Id)), rev: Rev })
export type Identity = Static<typeof Identity>

/** What the user has set for themselves. */
const KeepDays = nullable(Int({ minimum: 1, maximum: 3650, description: 'older ones in this stream are deleted; null: never' }))

export const Settings = Obj({
  sendReadMarkers: Bool({ description: 'chats that can tell people in the inbox that they were read' }),
  inboxFor: one('basic', 'strict'),
  verifiedOnly: Bool(),
  teachByMoving: Bool({ description: 'moving a conversation makes a rule' }),
  teachByReplying: Bool({ description: 'answering makes a rule' }),
  teachByApproving: Bool({ description: 'what is decided in the screener makes rules' }),
  befriendByMoving: Bool({ description: 'whom one moves to the inbox becomes a friend' }),
  befriendByReplying: Bool({ description: 'whom one answers becomes a friend' }),
  befriendByApproving: Bool({ description: 'whom one lets in from the screener becomes a friend' }),
  shareFriends: Bool({ description: 'friends who are users of this server may know whom you are friends with' }),
  digest: Bool({ description: 'once a day Kinbox writes into the inbox who is new in Other' }),
  digestHour: Int({ minimum: 0, maximum: 23 }),
  timeZone: nullable(Str({ maxLength: 64, description: 'IANA name, e.g. Europe/Berlin; null: the server\'s' })),
  learnSpam: Bool({ description: 'what is called spam, and who is let in, teaches which strangers\' messages are spam' }),
  keepDays: Obj({ newsletters: KeepDays, notifications: KeepDays, receipts: KeepDays }),
  rev: Rev
})
export type Settings = Static<typeof Settings>

export const Counts = Obj({ inbox: Int({ minimum: 0 }), other: Int({ minimum: 0 }), screener: Int({ minimum: 0, description: 'how many wait for a decision of the user' }) })
export type Counts = Static<typeof Counts>

/** What the user has said about a sender: the newest word about each address, domain or list. */
export const Rule = Obj({
  id: Id,
  scope: one('address', 'domain', 'list'),
  kind: Optional(Str({ description: 'of the address; absent for a list' })),
  value: Str(),
  action: one('inbox', 'other', 'block'),
  stream: Optional(nullable(Str())),
  origin: one('user', 'moved', 'replied', 'approved', 'denied', 'blocked', 'spam', 'unsubscribed'),
  text: Str({ description: 'the rule in words' }),
  at: Time,
  rev: Rev
})
export type Rule = Static<typeof Rule>

/** What a rule is about, and what it does, as requests say it. */
export const RuleWish = Obj({
  scope: one('address', 'domain', 'list'),
  kind: Optional(Str({ minLength: 1, maxLength: 40, description: 'of the address; "email" where absent' })),
  value: Str({ minLength: 1, maxLength: 320 }),
  action: one('inbox', 'other', 'block'),
  stream: Optional(Str({ pattern: '^[a-z][a-z0-9 -]{0,39}$', description: 'with other: where there' }))
})
export type RuleWish = Static<typeof RuleWish>

/** Somebody who waits in the screener. */
export const Waiting = Obj({
  conversationId: Id,
  sender: Party,
  because: Because,
  since: Time,
  messages: Int({ minimum: 1 }),
  subject: Optional(nullable(Str())),
  preview: Str(),
  lastAt: Time,
  scopes: Type.Array(one('sender', 'domain'), { description: 'what a decision can be about; no domain where anybody can have an address, or nothing proves who writes' })
})
export type Waiting = Static<typeof Waiting>

/** A decision of the user in the screener. */
export const Screening = Obj({
  id: Id,
  conversationId: Id,
  who: Str(),
  decision: one('inbox', 'stream', 'deny', 'block', 'spam'),
  scope: one('sender', 'domain'),
  stream: Optional(Str()),
  at: Time,
  undoneAt: nullable(Time)
})
export type Screening = Static<typeof Screening>

/** A token or a browser session. */
export const Login = Obj({
  id: Id,
  kind: one('token', 'session'),
  name: Str(),
  createdAt: Time,
  usedAt: nullable(Time),
  expiresAt: nullable(Time),
  current: Bool({ description: 'the one that this socket came in by' })
})
export type Login = Static<typeof Login>
