import type { Address, Ephemeral } from '../model/incoming.ts'
import { bestPresence } from '../model/presence.ts'
import type { Presence } from '../model/presence.ts'

/** What a client of the user says of itself. While one says 'invisible', the networks are told nothing of the user. */
export type Availability = 'online' | 'away' | 'invisible' | 'offline'

export type Device = { sessionId: string, device: string | null, available: Availability }

/** An account with an open session that can tell presence. `own`: the address that it is about. */
export type Teller = { session: { signal?(signal: Ephemeral): void, audience?(): void }, own: Address }

export type OwnPresenceDeps = {
  /** The user's accounts that can tell presence just now. */
  tellers(userId: number): Promise<Teller[]>
  /** What the networks see has changed, or which clients there are. */
  changed(userId: number): void
  log: { warn(fields: object, message: string): void }
  /** A client that comes back within this time (ms) was never gone for the networks. */
  tellMs?: number
}

/** The presence of the user's own clients, for as long as their sockets are open. */
export type OwnPresence = {
  /** True: the first word of this socket, whose end must be told by `end`. */
  set(userId: number, sessionId: string, available: Availability, device: string | null): boolean
  end(userId: number, sessionId: string): void
  /** What the networks see: the best of all clients; 'offline' while one is invisible. */
  shown(userId: number): Presence
  invisible(userId: number): boolean
  devices(userId: number): Device[]
  /** A session of one of the user's accounts has opened: it is told what the others know. */
  opened(userId: number): void
  stop(): void
}

export function openOwnPresence({ tellers, changed, log, tellMs = 1_000 }: OwnPresenceDeps): OwnPresence {
  const users = new Map<number, Map<string, Device>>()
  /** What each session was told last. One that was told nothing shows what its network does by itself. */
  const told = new WeakMap<object, Presence>()
  const timers = new Map<number, NodeJS.Timeout>()

  const devices = (userId: number): Device[] => [...users.get(userId)?.values() ?? []]
  const invisible = (userId: number): boolean => devices(userId).some(({ available }) => available === 'invisible')
  function shown(userId: number): Presence {
    if (invisible(userId)) return 'offline'
    return devices(userId).reduce<Presence>((best, { available }) => available === 'invisible' ? best : bestPresence(best, available)!, 'offline')
  }

  async function tell(userId: number): Promise<void> {
    timers.delete(userId)
    for (const { session, own } of await tellers(userId)) {
      const presence = shown(userId)
      if (presence === (told.get(session) ?? 'offline')) continue
      told.set(session, presence)
      session.signal?.({ type: 'presence', address: own, available: presence !== 'offline', ...(presence === 'away' ? { away: true } : {}) })
    }
  }

  function soon(userId: number, ms: number): void {
    if (ms > 0 && timers.has(userId)) return
    clearTimeout(timers.get(userId))
    timers.set(userId, setTimeout(() => {
      tell(userId).catch((error: unknown) => log.warn({ userId, error: error instanceof Error ? error.message : String(error) }, 'presence could not be told'))
    }, ms).unref())
  }

  return {
    set(userId, sessionId, available, device) {
      const all = users.get(userId) ?? users.set(userId, new Map()).get(userId)!
      const first = !all.has(sessionId)
      all.set(sessionId, { sessionId, device, available })
      // Who hides does so at once.
      soon(userId, available === 'invisible' ? 0 : tellMs)
      changed(userId)
      return first
    },
    end(userId, sessionId) {
      const all = users.get(userId)
      if (!all?.delete(sessionId)) return
      if (all.size === 0) users.delete(userId)
      soon(userId, tellMs)
      changed(userId)
    },
    shown,
    invisible,
    devices,
    opened: (userId) => soon(userId, 0),
    stop() {
      for (const timer of timers.values()) clearTimeout(timer)
    }
  }
}
