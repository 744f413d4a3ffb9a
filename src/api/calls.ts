import type { RequestId } from './frames.ts'

/** The requests in flight on one socket: bounded, cancellable, in order where they ask for it. */
export type Calls = {
  readonly size: number
  has(id: RequestId): boolean
  /** Runs it, after those before it with the same key. `run` must not reject. */
  start(id: RequestId, key: string | null, run: (signal: AbortSignal) => Promise<void>): void
  cancel(id: RequestId): boolean
  cancelAll(): void
  /** Resolves when none is in flight. */
  idle(): Promise<void>
}

export function openCalls(): Calls {
  const open = new Map<RequestId, { abort: AbortController, done: Promise<void> }>()
  const tails = new Map<string, Promise<void>>()
  return {
    get size() {
      return open.size
    },
    has: id => open.has(id),
    start(id, key, run) {
      const abort = new AbortController()
      const before = key === null ? undefined : tails.get(key)
      const ran = before ? before.then(() => run(abort.signal)) : run(abort.signal)
      const done = ran.finally(() => {
        open.delete(id)
        if (key !== null && tails.get(key) === done) tails.delete(key)
      })
      open.set(id, { abort, done })
      if (key !== null) tails.set(key, done)
    },
    cancel(id) {
      const call = open.get(id)
      call?.abort.abort()
      return call !== undefined
    },
    cancelAll() {
      for (const { abort } of open.values()) abort.abort()
    },
    async idle() {
      while (open.size > 0) await Promise.allSettled([...open.values()].map(call => call.done))
    }
  }
}
