import type { EventData, Id, Methods, Time } from './types.ts'

export type MethodName = keyof Methods
export type Params<M extends MethodName> = Methods[M]['params']
export type Result<M extends MethodName> = Methods[M]['result']

/** A durable event. `data` is the object as it was when the event was sent; absent where it is gone. */
export type Event = { [T in keyof EventData]: { seq: number, prev: number, ts: Time, type: T, id: Id, rev: number, data?: EventData[T], history?: number, reset?: boolean } }[keyof EventData]

export type Presence = 'online' | 'away' | 'offline'

/** What is true only now. */
export type Signal =
  | { type: 'typing', conversationId: Id, party: { kind: string, address: string }, typing: boolean }
  | { type: 'presence', own?: undefined, party: { kind: string, address: string }, available: boolean, presence: Presence, contactId: Id, best: Presence, lastSeenAt?: Time }
  | { type: 'presence', own: true, presence: Presence, invisible: boolean }
  | { type: 'progress', accountId: Id, done: number, total: number }

/** A place in the log of events. */
export type Position = { logId: string, seq: number }
export type Auth = { ticket: string } | { token: string }
