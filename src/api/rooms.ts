import type { Readable } from 'node:stream'
import type { Reader } from '../store/tx.ts'
import type { Ephemeral } from '../model/incoming.ts'
import type { Snapshot } from './snapshot.ts'

/** A webhook call; `url` is built from the configured public URL, never from Host. */
export type WebhookRequest = { method: string, url: string, headers: Record<string, string>, body: Uint8Array }
export type WebhookAnswer = { status: number, headers?: Record<string, string>, body?: string }

export type SendRequest = {
  clientId: string
  conversationId?: number
  to?: { kind: string, address: string }
  text: string
  subject?: string
  topicId?: number
  replyTo?: number
  attachments?: number[]
  via?: { accountId?: number, channel?: string, address?: string }
}

/** What the methods call in other rooms. Filled by app.ts. */
export type Rooms = {
  /** The windows of sync.snapshot, from the caller's read transaction. */
  snapshot(tx: Reader, userId: number): Snapshot
  /** Accepts durably; returns the message's inner id. */
  accept(userId: number, request: SendRequest): Promise<number>
  cancel(userId: number, messageId: number): Promise<void>
  retry(userId: number, messageId: number): Promise<void>
  resolve(userId: number, attemptId: number, outcome: 'sent' | 'failed'): Promise<void>
  supervisor: {
    open(accountId: number): Promise<void>
    close(accountId: number): Promise<void>
  }
  /** Null: there is no account with that secret path. */
  webhook(secret: string, request: WebhookRequest): Promise<WebhookAnswer | null>
  /** Passes typing and presence on to the networks. */
  signal?(userId: number, signal: Ephemeral): void
  /** A URL path with a signature that /v1/blobs answers for a few minutes (blob-urls.ts). */
  blobUrl(userId: number, blobId: string): { path: string, expiresAt: number }
  /** What a blob id stands for, if it is this user's: an attachment, an upload, a message's bytes. */
  download(userId: number, blobId: string): Promise<{ name: string, contentType: string, size: number, body: Readable } | null>
}
