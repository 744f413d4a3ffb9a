import type { Presence } from '../model/presence.ts'
import { hub } from './hub.ts'
import type { Hub } from './hub.ts'

/** Something that is only true now: no seq, never stored, dropped first. Public ids. */
export type Signal =
  | { type: 'typing', conversationId: string, party: { kind: string, address: string, name?: string }, typing: boolean }
  | { type: 'presence', party: { kind: string, address: string, name?: string }, available: boolean, presence: Presence, contactId: string, best: Presence, lastSeenAt?: string }
  | { type: 'presence', own: true, presence: Presence, invisible: boolean }
  | { type: 'progress', accountId: string, done: number, total: number }

/** Signals by user id. */
export type Signals = Hub<Signal>
export const openSignals = (): Signals => hub<Signal>()

/** Logins that were revoked, by login id: whoever revokes one publishes it, and its sockets close. */
export type Revocations = Hub<null>
export const openRevocations = (): Revocations => hub<null>()
