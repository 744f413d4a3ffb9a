import { setTimeout as pause } from 'node:timers/promises'
import { ConnectorError } from '#connector'
import type { Account, Arrival } from '#connector'
import type { Settings } from './settings.ts'

/** Where each archive has been handed over to: '' is the own one, the others are rooms. `at` (ms) serves when the archive has forgotten the id. */
export type LiveCursor = { at: Record<string, { id: string, at: number }>, roster: string }

/** One thing to hand over, and where the archive `key` stands after it. `stored`: what is owed to the network then. */
export type Item = { key: string, place: { id: string, at: number } | null, arrivals(): Promise<Arrival[]>, stored?(): void, caughtUp?: true, roster?: string }

export type LiveLane = {
  push(items: Item[]): void
  /** Resolves when all that was pushed so far is stored. */
  idle(): Promise<void>
  cursor(): LiveCursor
}

const batchSize = 50
const highWater = 500
const tries = 6

/** Hands over in order, one batch at a time, and lets the network wait while much is waiting. `failed`: it could not be stored, however often. */
export function openLiveLane({ account, cursor, signal, hold, failed }: { account: Account<Settings>, cursor: LiveCursor, signal: AbortSignal, hold(paused: boolean): void, failed(error: ConnectorError): void }): LiveLane {
  const queue: Item[] = []
  let running: Promise<void> | null = null
  let held = false
  const flow = (): void => {
    const full = queue.length > highWater
    if (full === held) return
    held = full
    hold(full)
  }
  const drain = async (): Promise<void> => {
    while (queue.length > 0 && !signal.aborted) {
      const items = queue.splice(0, batchSize)
      const batch: Arrival[] = []
      for (const item of items) batch.push(...await item.arrivals())
      const next: LiveCursor = { at: { ...cursor.at }, roster: cursor.roster }
      for (const { key, place, roster } of items) {
        if (place) next.at[key] = place
        if (roster !== undefined) next.roster = roster
      }
      const caughtUp = items.some((item) => item.caughtUp)
      if (batch.length > 0 || caughtUp || JSON.stringify(next) !== JSON.stringify(cursor)) await store(account, batch, { lane: 'live', cursor: JSON.stringify(next), ...(caughtUp ? { caughtUp: true } : {}) }, signal)
      cursor = next
      for (const { stored } of items) stored?.()
      flow()
    }
    // In the same step as the last look at the queue: what is pushed after it starts anew.
    running = null
  }
  return {
    push(items) {
      if (signal.aborted || items.length === 0) return
      queue.push(...items)
      flow()
      running ??= Promise.resolve().then(drain).catch((error: unknown) => {
        running = null
        if (!signal.aborted) failed(error instanceof ConnectorError ? error : notStored())
      })
    },
    async idle() {
      while (running) await running
    },
    cursor: () => cursor
  }
}

const notStored = (): ConnectorError => new ConnectorError('not-stored', 'Messages came that could not be stored. Kinbox fetches them again.', { retry: 'later' })

/** Hands over a batch, again after a while when it could not be stored. Rejects when that does not help. */
export async function store(account: Account<Settings>, batch: Arrival[], at: Parameters<Account<Settings>['receive']>[1], signal: AbortSignal): Promise<void> {
  for (let failures = 0; ; failures++) {
    if (signal.aborted) throw notStored()
    try {
      return await account.receive(batch, at)
    } catch {
      if (signal.aborted || failures >= tries) throw notStored()
      account.log.warn({ failures }, 'messages could not be stored; they are handed over again')
      await pause(100 * 2 ** failures, undefined, { signal }).catch(() => {})
    }
  }
}
