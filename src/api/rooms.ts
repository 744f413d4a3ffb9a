import type { BookCard } from '../model/book.ts'
import type { IncomingContact } from '../model/incoming.ts'
import type { Reader } from '../store/tx.ts'
import type { SearchRequest } from '../derived/search.ts'
import type { Accounts } from '../accounts/manage.ts'
import type { OwnPresence } from '../accounts/own-presence.ts'
import type { PresenceBoard } from '../accounts/presence.ts'
import type { Resolved } from '../outbound/compose.ts'
import type { Marker } from '../outbound/marks.ts'
import type { SendRequest } from '../outbound/request.ts'
import type { Outcome } from '../outbound/resolve.ts'
import type { Download } from './blobs.ts'
import type { SearchPage } from './searcher.ts'
import type { Snapshot } from './snapshot.ts'

/** A webhook call; `url` is built from the configured public URL, never from Host. */
export type WebhookRequest = { method: string, url: string, headers: Record<string, string>, body: Uint8Array }
export type WebhookAnswer = { status: number, headers?: Record<string, string>, body?: string }

export type { SendRequest }

/** What the methods call in other rooms. Filled by app.ts. */
export type Rooms = {
  /** The windows of sync.snapshot, from the caller's read transaction. */
  snapshot(tx: Reader, userId: number): Snapshot
  /** Accepts durably; returns the message's inner id. */
  accept(userId: number, request: SendRequest): Promise<number>
  cancel(userId: number, messageId: number): Promise<void>
  retry(userId: number, messageId: number): Promise<void>
  resolve(userId: number, attemptId: number, outcome: Outcome): Promise<void>
  /** How a message would go out now; writes nothing. */
  compose(userId: number, request: Omit<SendRequest, 'clientId' | 'text'> & { text?: string }): Promise<Resolved>
  accounts: Accounts
  /** The one form of an address, by the connectors that can read its kind. Throws an error with words when it is none. */
  canonical(userId: number, address: { kind: string, address: string }): Promise<{ kind: string, address: string }>
  /** Null: there is no account with that secret path. */
  webhook(secret: string, request: WebhookRequest): Promise<WebhookAnswer | null>
  /** Who is there, as the networks tell it. */
  presence: Pick<PresenceBoard, 'of' | 'list'>
  /** The presence of the user's own clients. */
  ownPresence: Pick<OwnPresence, 'set' | 'end' | 'shown' | 'invisible' | 'devices'>
  /** Who is blocked may have changed: networks that show the user to others look again. */
  audienceChanged(userId: number): void
  /** Tells the networks what is read here. */
  marks: Pick<Marker, 'accounts' | 'wake'>
  /** Shows that the user writes; whether anybody was told. Throws Refused for a conversation that there is not. */
  typing(userId: number, conversationId: number, typing: boolean): Promise<boolean>
  /** Messages by what is in them; `asOf`: how far the log was indexed. Throws an error with words for what cannot be searched by. */
  search(request: SearchRequest, signal: AbortSignal): Promise<SearchPage & { asOf: number, rebuilding: boolean }>
  /** One request to a sender's link for unsubscribing. Throws Refused. */
  unsubscribe(url: string): Promise<void>
  /** A URL path with a signature that /v1/blobs answers for a few minutes (blob-urls.ts). */
  blobUrl(userId: number, blobId: string, ms?: number): { path: string, expiresAt: number }
  /** The media type of a blob; null when the user has none of that id. */
  blobType(userId: number, blobId: string): Promise<string | null>
  /** Keeps a small upload durably; returns its inner id. */
  upload(userId: number, file: { name: string, contentType: string, content: Uint8Array }): Promise<number>
  /** The people in a file of cards. Throws an error named Unreadable with words for what is none. */
  readCards(content: Uint8Array): Promise<IncomingContact[]>
  /** A card as a file. */
  writeCard(card: BookCard): Promise<string>
  /** What a blob id stands for, if it is this user's (blobs.ts). */
  download(userId: number, blobId: string): Promise<Download | null>
}
