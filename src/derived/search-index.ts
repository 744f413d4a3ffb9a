import { Worker } from 'node:worker_threads'
import type { Wakeup } from '../feed/wakeup.ts'
import type { Log } from '../model/ports.ts'
import { workerEnv } from '../model/worker-env.ts'
import { logBounds } from '../store/events.ts'
import type { Store } from '../store/store.ts'
import type { FromIndex, IndexJob, ToIndex } from './index-worker.ts'

/** The search index of a data folder: follows the log, in a thread and a file of its own. */
export type SearchIndex = {
  /** Follows from now on. What was missed is made up for. */
  start(): void
  /**
   * Resolves once everything up to `seq` of the user's log (as it is now, unless told) is found by a search; starts following when
   * nobody has. Rejects when the index is stopped before, or, with its reason, when `signal` is aborted.
   */
  upTo(userId: number, seq?: number, signal?: AbortSignal): Promise<void>
  /** Resolves when there is an index that can be searched; rejects with IndexTrouble when none can be written. */
  opened(): Promise<void>
  /** How far the user's log is indexed: events after it must not be forgotten. 0 while that is not known. */
  indexed(userId: number): number
  /** Whether the index of a user is being made anew: until then a search finds a part. */
  rebuilding(userId: number): boolean
  /** Ends the thread after its step. What it has not taken in is taken in at the next start. */
  stop(): Promise<void>
}

/** There is no index to search, and why, in words for the user. */
export class IndexTrouble extends Error {
  readonly kind = 'read_only'
}

type Waiter = { userId: number, seq: number, done(error?: Error): void }

/** Nothing is opened until `start` or `upTo`. `renewed` is told when a damaged index was replaced. */
export function searchIndex({ folder, store, wakeup, log, renewed = () => {} }: { folder: string, store: Pick<Store, 'logId' | 'read'>, wakeup: Pick<Wakeup, 'watch'>, log: Pick<Log, 'warn'>, renewed?(): void }): SearchIndex {
  const states = new Map<number, { seq: number, scanning: boolean }>()
  const waiters = new Set<Waiter>()
  let worker: Worker | null = null
  let ended: Promise<void> = Promise.resolve()
  let stopped = false
  let told = false
  let again = false
  let unwatch = () => {}
  let open = false
  const openers = new Set<(error?: Error) => void>()

  const say = (message: ToIndex) => worker?.postMessage(message)
  const wake = () => {
    // Until it has answered, one word is enough; what comes meanwhile may have come after it looked.
    if (told) return void (again = true)
    told = true
    say({ type: 'wake', hurry: false })
  }

  function heard(message: FromIndex): void {
    told = false
    if (again) {
      again = false
      wake()
    }
    if (message.type !== 'idle') opening(message.type === 'trouble' ? new IndexTrouble('The search index cannot be written just now: look at the free space and the log of the server. It is tried again by itself.') : undefined)
    if (message.type === 'steps') for (const { userId, seq, scanning } of message.steps) states.set(userId, { seq, scanning })
    if (message.type === 'trouble') {
      log.warn({ error: message.error }, message.renewed ? 'the search index was damaged and is made anew' : `the search index could not be written; tried again in ${message.retryMs / 1000} s`)
      if (message.renewed) {
        states.clear()
        open = false
        renewed()
      }
    }
    for (const waiter of waiters) if (reached(waiter)) waiter.done()
  }

  function opening(error?: Error): void {
    if (!error) open = true
    for (const done of openers) done(error)
    openers.clear()
  }

  function reached({ userId, seq }: Waiter): boolean {
    const state = states.get(userId)
    return state !== undefined && state.seq >= seq && !state.scanning
  }

  function start(): void {
    if (worker || stopped) return
    // Without what this process was started with: it only reads and writes files.
    worker = new Worker(new URL('./index-worker.ts', import.meta.url), { name: 'index', workerData: { folder, logId: store.logId } satisfies IndexJob, env: workerEnv(process.env), execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16 } })
    const mine = worker
    mine.unref()
    mine.on('message', heard)
    mine.on('error', (error) => log.warn({ error: error.message }, 'the thread of the search index ended'))
    ended = new Promise((resolve) => mine.once('exit', () => {
      if (worker === mine) worker = null
      resolve()
      if (!stopped) restart()
    }))
    unwatch()
    unwatch = wakeup.watch(wake)
  }

  function restart(): void {
    setTimeout(start, 1000).unref()
  }

  return {
    start,
    async upTo(userId, seq, signal) {
      signal?.throwIfAborted()
      const goal = seq ?? (await store.read((tx) => logBounds(tx, userId))).head
      if (stopped) throw new Error('the search index was stopped')
      await new Promise<void>((resolve, reject) => {
        const abort = () => waiter.done(signal!.reason instanceof Error ? signal!.reason : new Error('nobody waits for the search index any more'))
        const waiter: Waiter = {
          userId, seq: goal,
          done(error) {
            waiters.delete(waiter)
            signal?.removeEventListener('abort', abort)
            // Whoever else waits keeps the process alive by it.
            if (waiters.size === 0) worker?.unref()
            if (error) reject(error)
            else resolve()
          }
        }
        if (reached(waiter)) return resolve()
        waiters.add(waiter)
        signal?.addEventListener('abort', abort)
        start()
        worker?.ref()
        say({ type: 'wake', hurry: true })
      })
    },
    opened() {
      if (open) return Promise.resolve()
      if (stopped) return Promise.reject(new Error('the search index was stopped'))
      start()
      return new Promise((resolve, reject) => void openers.add((error) => error ? reject(error) : resolve()))
    },
    indexed: (userId) => states.get(userId)?.seq ?? 0,
    rebuilding: (userId) => states.get(userId)?.scanning ?? false,
    async stop() {
      stopped = true
      unwatch()
      worker?.ref()
      say({ type: 'stop' })
      await ended
      for (const waiter of waiters) waiter.done(new Error('the search index was stopped'))
      for (const done of openers) done(new Error('the search index was stopped'))
    }
  }
}
