import type { Address, Ephemeral } from '../model/incoming.ts'
import type { Clock } from '../model/ports.ts'
import { bestPresence } from '../model/presence.ts'
import type { Presence } from '../model/presence.ts'

/** Somebody's address as the networks tell it. `lastSeenAt` (ms): now while they are there, else when they were last; null: not since the start. */
export type Sighting = { address: Address, presence: Presence, lastSeenAt: number | null }

export type PresenceDeps = {
  clock: Clock
  /** Addresses whose presence is another one now: told soon, each once however often it changed meanwhile. */
  changed(userId: number, sightings: Sighting[]): void
  /** More addresses than this a user are not kept: the one that changed longest ago goes. */
  maxAddresses?: number
  /** The least time between two tellings (ms). */
  tellMs?: number
}

/** Who is there, for each user: kept in memory only, since networks tell it anew. */
export type PresenceBoard = {
  heard(userId: number, accountId: number, signal: Extract<Ephemeral, { type: 'presence' }>): void
  /** The account hears nothing any more: what it told is not known any more. */
  forget(userId: number, accountId: number): void
  /** null: not known. */
  of(userId: number, address: Address): Presence | null
  sighting(userId: number, address: Address): Sighting | null
  list(userId: number): Sighting[]
  /** Those who left since the last call, with when: to be kept durably. */
  takeLeft(): Map<number, { address: Address, at: number }[]>
  stop(): void
}

/** `reports`: what each account tells of each device; `lastSeenAt` of one who is there is not kept up to date. */
type Entry = { address: Address, reports: Map<string, { accountId: number, presence: Presence }>, presence: Presence | null, lastSeenAt: number | null }

const maxDevices = 20
/** So many at once: what else waits to be sent goes out in between. */
const slice = 50

export function openPresence({ clock, changed, maxAddresses = 5_000, tellMs = 100 }: PresenceDeps): PresenceBoard {
  const users = new Map<number, Map<string, Entry>>()
  const pending = new Map<number, Map<string, Address>>()
  const left = new Map<number, Map<string, { address: Address, at: number }>>()
  let timer: NodeJS.Timeout | null = null
  let stopped = false

  function boardOf(userId: number): Map<string, Entry> {
    return users.get(userId) ?? users.set(userId, new Map()).get(userId)!
  }

  /** Works out what all reports make together; notes a change. */
  function settle(userId: number, board: Map<string, Entry>, entry: Entry): void {
    const key = keyOf(entry.address)
    const before = entry.presence
    entry.presence = [...entry.reports.values()].reduce<Presence | null>((best, { presence }) => bestPresence(best, presence), null)
    if (entry.presence === before) return
    if (isThere(before)) {
      entry.lastSeenAt = clock.now()
      if (!isThere(entry.presence)) of(left, userId).set(key, { address: entry.address, at: entry.lastSeenAt })
    }
    // The order of the map is that of the changes.
    board.delete(key)
    if (entry.presence !== null) board.set(key, entry)
    if (board.size > maxAddresses) board.delete(board.keys().next().value!)
    of(pending, userId).set(key, entry.address)
    if (timer === null && !stopped) timer = setTimeout(() => {
      timer = null
      tell()
    }, tellMs).unref()
  }

  function tell(): void {
    if (stopped) return
    const [userId, waiting] = pending.entries().next().value ?? []
    if (userId === undefined || !waiting) return
    const some = [...waiting].slice(0, slice)
    for (const [key] of some) waiting.delete(key)
    if (waiting.size === 0) pending.delete(userId)
    if (pending.size > 0) setImmediate(tell)
    changed(userId, some.map(([, address]) => sighting(userId, address) ?? { address, presence: 'offline', lastSeenAt: null }))
  }

  function sighting(userId: number, address: Address): Sighting | null {
    const entry = users.get(userId)?.get(keyOf(address))
    return entry?.presence ? { address, presence: entry.presence, lastSeenAt: isThere(entry.presence) ? clock.now() : entry.lastSeenAt } : null
  }

  return {
    heard(userId, accountId, { address: { kind, address }, available, away, device = '' }) {
      const board = boardOf(userId)
      const entry: Entry = board.get(`${kind}:${address}`) ?? { address: { kind, address }, reports: new Map(), presence: null, lastSeenAt: null }
      const mine = [...entry.reports].filter(([, report]) => report.accountId === accountId)
      if (available) {
        if (mine.length >= maxDevices) return
        entry.reports.delete(`${accountId}/`)
        entry.reports.set(`${accountId}/${device}`, { accountId, presence: away ? 'away' : 'online' })
      } else {
        for (const [key] of mine) if (device === '' || key === `${accountId}/${device}`) entry.reports.delete(key)
        if (![...entry.reports.values()].some((report) => report.accountId === accountId)) entry.reports.set(`${accountId}/`, { accountId, presence: 'offline' })
      }
      settle(userId, board, entry)
    },
    forget(userId, accountId) {
      const board = boardOf(userId)
      for (const entry of [...board.values()]) {
        let told = false
        for (const [key, report] of entry.reports) if (report.accountId === accountId) told = entry.reports.delete(key)
        if (told) settle(userId, board, entry)
      }
      if (board.size === 0) users.delete(userId)
    },
    of: (userId, address) => users.get(userId)?.get(keyOf(address))?.presence ?? null,
    sighting,
    list: (userId) => [...users.get(userId)?.values() ?? []].map(({ address }) => sighting(userId, address)!),
    takeLeft() {
      const taken = new Map([...left].map(([userId, all]) => [userId, [...all.values()]]))
      left.clear()
      return taken
    },
    stop() {
      stopped = true
      if (timer) clearTimeout(timer)
    }
  }
}

const keyOf = ({ kind, address }: Address): string => `${kind}:${address}`
const isThere = (presence: Presence | null): boolean => presence === 'online' || presence === 'away'

function of<T>(maps: Map<number, Map<string, T>>, userId: number): Map<string, T> {
  return maps.get(userId) ?? maps.set(userId, new Map()).get(userId)!
}
