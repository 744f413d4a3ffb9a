import type { TObject } from 'typebox'
import type { Address, Ephemeral, Incoming } from './model/incoming.ts'
import type { Clock, Log } from './model/ports.ts'
import type { Arrival, Context, ReceiveAt } from './model/arrival.ts'
import type { BookCard, CardChange } from './model/book.ts'
import type { RemoteId } from './model/ids.ts'
import type { Operation, Prepared, Receipt } from './model/delivery.ts'
import type { Proof } from './model/proof.ts'

export { parseMailbox, canonicalEmail, domainOf } from './model/address.ts'
export { remoteId } from './model/ids.ts'
export type * from './model/card.ts'
export type * from './model/incoming.ts'
export type * from './model/arrival.ts'
export type * from './model/ports.ts'
export type * from './model/book.ts'
export type * from './model/delivery.ts'
export type * from './model/proof.ts'
export type { RemoteId } from './model/ids.ts'

/** What a channel can do, as data: the chooser, the page and the docs read it. */
export type Abilities = {
  subject: boolean
  html: boolean
  attachments: boolean
  receipts: boolean
  presence: boolean
  typing: boolean
  /** What a mark operation (seen) does: 'own' changes only the user's own copy on the network, 'peer' tells the sender that it was read. Absent: it knows none. */
  marks?: 'own' | 'peer'
  /** One operation may name several recipients who see each other. */
  groups: boolean
  /** Longest text in characters; null: none. */
  maxChars: number | null
  maxAttachmentBytes: number | null
  /** What one message costs the user, roughly: 0 free. */
  cost: number
  /** Usual delay in ms until the other side can read it. */
  delay: number
}

/** The subset of node:dns/promises that proofs need; injected, cached by the core. Throws errors with DNS codes (ENOTFOUND, ENODATA, ETIMEOUT). */
export type Resolver = (name: string, type: 'TXT' | 'A' | 'AAAA' | 'MX' | 'SRV' | 'PTR' | 'CNAME') => Promise<unknown[]>

const nothing = Object.assign(new Error('no names are looked up'), { code: 'ENODATA' })
/** Knows nothing under any name: for old mail, whose keys are gone from the name servers. Who is handed this very one need not ask. */
export const noNames: Resolver = () => Promise.reject(nothing)

export type Account<Settings> = {
  id: string
  settings: Settings
  cursors: { live: string | null, history: string | null }
  /** Resolves once stored; acknowledge to the network only after. Rejects when nothing was stored: hand the batch over again later. Never call it from perform(). */
  receive(batch: Arrival[], at: ReceiveAt): Promise<void>
  signal(ephemeral: Ephemeral): void
  /** Whether somebody may be told anything of the user (that a message has arrived, that they write, that they are there): not who is blocked. Absent: everybody. */
  mayTell?(address: Address): Promise<boolean>
  /** Where the network can reach this account by HTTP; null where no public URL is configured. */
  webhookUrl: string | null
  stopping: AbortSignal
  /** Absent: the machine's own. */
  dns?: Resolver
  log: Log
  clock: Clock
}

/** A webhook call as the network sent it. `url` is built from the configured public URL, never from Host. */
export type WebhookRequest = { method: string, url: string, headers: Record<string, string>, body: Uint8Array }
export type WebhookAnswer = { status: number, headers?: Record<string, string>, body?: string }

export type Session = {
  prepare(op: Operation): Promise<Prepared>
  perform(prepared: Prepared): Promise<Receipt>
  /** Asks the network whether it has this one: its receipt; null: it has not; absent where it cannot know. */
  find?(prepared: Prepared): Promise<Receipt | null>
  /**
   * Of an address book: makes one change there, and says where the card is and which version it is now; null: it is gone. Doing it
   * again is harmless. Throws ConnectorError 'changed' (later) where the card is another there: it is handed over first then.
   */
  writeCard?(change: CardChange): Promise<{ remoteId: RemoteId, version: string } | null>
  /** Our presence (of our own address), and typing (shown to the address). */
  signal?(ephemeral: Ephemeral): void
  /** What `mayTell` answers may have changed: somebody was blocked, or is no more. */
  audience?(): void
  webhook?(request: WebhookRequest): Promise<WebhookAnswer>
  /** Stops everything within a second; resolves `closed`. */
  close(): Promise<void>
  /** Resolves when closed by us; rejects with the reason otherwise: the supervisor opens a fresh one. */
  closed: Promise<void>
}

export type Connector<Settings = unknown> = {
  /** 'email', 'sms', 'chat', …: what the user sees. */
  channel: string
  /** Where one account carries several channels: the channel of each kind of address. Its messages name theirs (IncomingMessage.channel). */
  channels?: Readonly<Record<string, string>>
  /** A name for people: 'E-mail'. */
  title: string
  /** Kinds of address it can write to: 'email', 'phone', or a kind of its own. */
  reaches: readonly string[]
  /** The kind of address that a room is written to at: that of IncomingMessage.room. Absent: rooms cannot be written to. */
  rooms?: string
  /** One form for each address, or null where the text is none. Never a display name. */
  canonical(kind: string, address: string, context: Pick<Context, 'region'>): string | null
  can: Abilities
  /** Pure: in how many pieces, each of which costs `can.cost`, a text goes out. Absent: one. */
  parts?(text: string): number
  /** It is an address book: `parse` reads files of cards, and its session has `writeCard`. `kinds` are the kinds of address that a card can have; `adds`: whether new friends are to be added; `write`: a card as a file. */
  book?: { kinds: readonly string[], adds(settings: Settings): boolean, write(card: BookCard): Promise<string> }
  /** JSON Schema of the settings; secret fields carry `secret: true`. Validates, draws the form, writes the docs. */
  settings: TObject
  /** What these settings make the user's own. */
  own(settings: Settings): (Address & { name?: string })[]
  /** Settings that shape parsing. */
  context?(settings: Settings): Partial<Pick<Context, 'region' | 'authserv' | 'sealers'>>
  /** Pure: no clock, no network. Runs in a worker; may throw on content it cannot read. */
  parse(raw: Uint8Array, context: Context): Promise<Incoming[]>
  /** Absent: weak for a sender with an address, unverified without. Runs outside any transaction. */
  prove?(raw: Uint8Array, context: Context, dns: Resolver): Promise<Proof>
  /** Settings that mail which has come speaks for (newest first), with what speaks for them; null: none. They count only once the user has confirmed them. */
  propose?(raws: Uint8Array[]): { settings: Partial<Settings>, evidence: string[] } | null
  /** What to try for this address, best first. */
  discover?(address: string, dns: Resolver): Promise<Partial<Settings>[]>
  open(account: Account<Settings>): Promise<Session>
  /** Tries what `open` does not need (a login for sending), for a user who tests settings. Throws ConnectorError. */
  check?(settings: Settings, signal: AbortSignal): Promise<void>
}

/**
 * The only error a connector throws on purpose.
 * `retry`: 'later' (provider down), 'never' (the same would fail again), 'after-login' (the user must act).
 * `code`: 'refused', 'unreachable', 'timeout', 'connection-lost', 'host-not-found', 'dns' and 'encryption' with 'later' say that the line failed, and not that somebody
 * refused: then what waits is tried at least once a minute; after any other answer in growing steps up to an hour.
 * `certain`: false means that it may have gone out. `message` is shown to the user: what happened and what to do; no secrets.
 */
export class ConnectorError extends Error {
  readonly retry: 'later' | 'never' | 'after-login'
  readonly certain: boolean
  readonly code: string

  constructor(code: string, message: string, { retry, certain = true, cause }: { retry: 'later' | 'never' | 'after-login', certain?: boolean, cause?: unknown }) {
    super(message, { cause })
    this.name = 'ConnectorError'
    this.code = code
    this.retry = retry
    this.certain = certain
  }
}
