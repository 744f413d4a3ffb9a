import type { Clock, Log } from '../model/ports.ts'
import type { Store } from '../store/store.ts'
import type { Rooms } from './rooms.ts'
import type { Method } from './method.ts'
import type { Revocations } from './signals.ts'
import type { Connection } from './connection.ts'

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
  /** Publish the id of a login that was revoked: its sockets close. */
  revocations: Revocations
  /** Every method there is. */
  methods: ReadonlyMap<string, Method>
  /** Aborts when the client cancels the request or is gone. */
  signal: AbortSignal
  /** For the methods about this very socket (session.*, sync.*, rpc.cancel). */
  connection: Connection
}
