import type { Card } from './card.ts'
import type { RemoteId } from './ids.ts'

/** An address on some network. `address` is canonical: E.164 for phone, local@lower-case-domain for email, a bare id elsewhere. */
export type Address = { kind: string, address: string }

/** A person as a message names them. */
export type Named = Address & { name?: string }

export type RecipientRole = 'to' | 'cc' | 'bcc'
export type Recipient = Named & { role: RecipientRole }

/**
 * Who a message says it is from.
 * `address` is null when the network gave no address that can be believed to name exactly one sender (a From header that
 * is not strict, an alphanumeric SMS sender). `raw` is what was written, for display and for keeping such senders apart.
 */
export type Sender = { kind: string, address: string | null, name?: string, raw: string }

export type IncomingAttachment = {
  name: string
  contentType: string
  content: Uint8Array
  /** In place of `content`, which is empty then: a file in the context's spool, by its whole path. */
  file?: { path: string, size: number }
  inline: boolean
  /** Content-ID without angle brackets. */
  contentId?: string
}

export type Automatic = 'bounce' | 'auto-reply' | 'list' | 'bulk' | 'notification' | 'invitation' | 'receipt'

/**
 * A delivery report about one recipient. `status`: an enhanced status code, `5.1.1`, or '' where none can be told. `failed`: it will
 * not be delivered any more, otherwise it is still being tried. `hard`: the address itself is no good. `reason`: what the other side said.
 */
export type Bounce = { messageId?: string, recipient: string | null, status: string, failed: boolean, hard: boolean, reason: string }

export type IncomingMessage = {
  type: 'message'
  sender: Sender
  recipients: Recipient[]
  /** Where one account carries several channels: which one this came by. Otherwise the connector's. */
  channel?: string
  /** 'out' only where the place proves that the user sent it (the Sent folder, an own device). */
  direction: 'in' | 'out'
  /** '' where it has none; absent where its network knows no subjects: then it begins no topic. */
  subject?: string
  /** What the writer wrote anew. */
  text: string
  /** What was folded: quotes, signature. */
  quoted?: string
  /** The whole text in its order, where `text` and then `quoted` is not that. */
  original?: string
  /** The HTML body as it came; it is made safe when it is read. */
  html?: string
  attachments: IncomingAttachment[]
  /** The network's own global id without brackets (a mail's Message-ID). Never an identity by itself. */
  messageId?: string
  /** Message-IDs that this one refers to, oldest first (References, then In-Reply-To). */
  references: string[]
  /** What the sender says about the time (ms since the epoch); never trusted for order. */
  sentAt?: number
  /** A mailing list: its List-Id. */
  list?: { id: string, name?: string }
  /** How its sender says that one gets no more of it. */
  unsubscribe?: Unsubscribe
  /** A room or named group with an id of its own. It lies there whoever sent it. */
  room?: { id: string, name?: string }
  /** It is the new text of an earlier message of the same sender. Where that one is not known, it stands for itself. */
  replaces?: Target
  automatic?: Automatic
  /** What it carries that is more than a file: an invitation, a contact, a message within. */
  cards?: Card[]
  /** What a delivery report says, for each recipient it names. */
  bounces?: Bounce[]
  seen?: boolean
  flagged?: boolean
  /** Set where the content could not be read: why, in words for the user. */
  unreadable?: string
}

/**
 * List-Unsubscribe (RFC 2369) and its one click (RFC 8058). `url` is https; `oneClick`: a POST to it is enough. `posts`: the list
 * takes mail of its members, so it is no newsletter.
 */
export type Unsubscribe = { url?: string, mail?: { address: string, subject?: string, body?: string }, oneClick: boolean, posts: boolean }

/** What a network calls an earlier message: by its global id (IncomingMessage.messageId), or by its place. */
export type Target = { messageId: string } | { remoteId: RemoteId }

/** Where something about an earlier message was said: a message elsewhere is never meant, since ids can be guessed and reused. */
export type Within = { room: string } | { peer: Address }

/** All that a sender thinks of a message now; no emoji: nothing any more. */
export type IncomingReaction = { type: 'reaction', target: Target, within: Within, sender: Sender, direction: 'in' | 'out', emoji: string[] }

/** The sender of a message takes it back. */
export type IncomingRetraction = { type: 'retraction', target: Target, within: Within, sender: Sender, direction: 'in' | 'out' }

/** The user has read up to this message elsewhere. */
export type IncomingSeen = { type: 'seen', target: Target, within: Within }

/** What became of something we sent. Found by our own attempt id, by the network's id of the message, or both. */
export type IncomingReceipt = {
  type: 'receipt'
  attempt?: string
  /** Who says so, where it is about one recipient. */
  recipient?: Address
  remoteId?: RemoteId
  /** The global id that our message bore, believed only together with a recipient it went to: it cannot be guessed. */
  messageId?: string
  status: 'sent' | 'delivered' | 'read' | 'failed'
  error?: { code: string, text: string }
}

export type IncomingFlags = { type: 'flags', remoteId: RemoteId, seen?: boolean, flagged?: boolean }

/** The place is gone; the message stays. Without remoteId every place in the folder is gone (UIDVALIDITY changed). */
export type IncomingRemoval = { type: 'removal', remoteId?: RemoteId, folder?: string }

/** Whether an address may be written to from one of our own (STOP, START). */
export type IncomingReachability = { type: 'reachability', own: Address, peer: Address, reachable: boolean, reason: string }

/** Somebody from an address book or roster that the user asked to take in. */
export type IncomingContact = {
  type: 'contact'
  name: string
  addresses: Address[]
  /** Whether they are a friend by it; absent: they are. */
  friend?: boolean
  notes?: string
  photo?: { contentType: string, content: Uint8Array }
  /** What they are filed under there. */
  groups?: string[]
  /** Where a book that is kept in step has them, `version` being another with each change there; what is written here is written there. `kinds`: the kinds of address that it can have there. */
  card?: { remoteId: RemoteId, version: string, kinds: readonly string[] }
  /** Set where the card could not be read, or says of nobody how to reach them: why, in words for the user. */
  unreadable?: string
}

/** All that an address book has now: what is not in it is gone from there. */
export type IncomingCards = { type: 'cards', present: RemoteId[] }

/** What is said about messages that are there already. */
export type IncomingAmendment = IncomingReaction | IncomingRetraction | IncomingSeen

export type Incoming = IncomingMessage | IncomingAmendment | IncomingReceipt | IncomingFlags | IncomingRemoval | IncomingReachability | IncomingContact | IncomingCards

export type Lane = 'live' | 'history'

/**
 * Presence, typing and the like: not stored, may be dropped. From the network the address is theirs, and `device` keeps
 * apart several that one address is there with. To the network, presence is about our own address, typing about the one it is shown to.
 */
export type Ephemeral =
  | { type: 'presence', address: Address, available: boolean, away?: boolean, device?: string }
  | { type: 'typing', address: Address, typing: boolean }
