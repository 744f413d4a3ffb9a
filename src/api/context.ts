import type { Store } from '../store/store.ts'
import type { Rooms } from './rooms.ts'
import type { Connection } from './connection.ts'

export type Clock = { now(): number }

export type Log = {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Who asks, and what a method may use. Every query of a method is filtered by `userId`. */
export type Context = {
  userId: number
  /** This socket. */
  sessionId: string
  /** The token or browser session it came in by. */
  loginId: number
  store: Store
  /** After a commit with events: `wakeup.notify(userId)`. */
  wakeup: { notify(userId: number): void }
  clock: Clock
  log: Log
  rooms: Rooms
  /** Aborts when the client cancels the request or is gone. */
  signal: AbortSignal
  /** For the methods about this very socket (session.*, sync.*, rpc.cancel). */
  connection: Connection
}
