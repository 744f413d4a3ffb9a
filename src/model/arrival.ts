import type { Address, Incoming, Lane } from './incoming.ts'
import type { RemoteId } from './ids.ts'

/** A folder of the network, and what it is for. */
export type FoundIn = { name: string, role: 'inbox' | 'sent' | 'other' }

/** What parsing may know. Everything in it can be cloned into a worker. */
export type Context = {
  /** The account's own addresses. */
  own: Address[]
  /** ISO 3166 country for numbers written without a prefix, e.g. 'DE'; null: none. */
  region: string | null
  /** The folder the message was found in, and what it is for. */
  folder: FoundIn | null
  /** The authserv-id whose Authentication-Results this account believes; null: Kinbox checks for itself. */
  authserv: string | null
  /** Domains of forwarders whose word about a sender this account believes; absent or empty: nobody's. */
  sealers?: string[]
  /** When the network says it arrived (ms). */
  at: number
  /** A folder for what is too large to be held: parse may write a file of a new name there, which the core then moves away. Absent: everything is held. */
  spool?: string
}

/** How an archive had filed a message: its labels, and whether it had left the inbox there. */
export type Filed = { labels: string[], archived: boolean }

/** Something with bytes (`raw`, parsed by the core in a worker), or something already understood. `at` is the network's time in ms. */
export type Arrival =
  | { remoteId: RemoteId, at: number, folder?: FoundIn, raw: Uint8Array, seen?: boolean, flagged?: boolean, filed?: Filed }
  | { at: number, incoming: Incoming, remoteId?: RemoteId, folder?: FoundIn }

export type ReceiveAt = {
  lane: Lane
  /** Stored with the batch; handed back in `cursors` at the next open. */
  cursor?: string
  /** Live lane: everything up to now has been handed over. It ends a gap. History lane: the backfill is complete. */
  caughtUp?: boolean
  progress?: { done: number, total: number }
}
