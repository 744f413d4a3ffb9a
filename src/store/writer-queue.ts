import { AsyncLocalStorage } from 'node:async_hooks'
import type { WriteLane } from './tx.ts'

/** So many live jobs may pass a bulk job that waits; then it has its turn. */
const patience = 200

/**
 * One job at a time, live before bulk. A job that enters the queue again from inside is refused: it would wait for itself.
 * Between two jobs the event loop turns, so that a long queue does not hold up sockets.
 */
export class WriterQueue {
  readonly #inside = new AsyncLocalStorage<{ open: boolean }>()
  /** Jobs run in the context of the queue's maker: a caller's own (say, of a finished ORM transaction) must not leak into the next job. */
  readonly #outside = AsyncLocalStorage.snapshot()
  readonly #waiting: Record<WriteLane, (() => Promise<void>)[]> = { live: [], bulk: [] }
  #running = false
  #passed = 0
  #closed = false
  #idle: (() => void)[] = []

  get waiting(): number {
    return this.#waiting.live.length + this.#waiting.bulk.length
  }

  /** Settles as `job` does. Rejects at once when called from inside a job, or after close. */
  enter<T>(lane: WriteLane, job: () => T | Promise<T>): Promise<T> {
    if (this.#inside.getStore()?.open) return Promise.reject(new Error('the writer queue was entered again from inside a job, which would wait for itself: use the transaction at hand'))
    if (this.#closed) return Promise.reject(new Error('the database is closed'))
    return new Promise<T>((resolve, reject) => {
      this.#waiting[lane].push(async () => {
        const mark = { open: true }
        try {
          resolve(await this.#inside.run(mark, job))
        } catch (error) {
          reject(error)
        } finally {
          mark.open = false
        }
      })
      if (this.#running) return
      this.#running = true
      this.#outside(() => queueMicrotask(() => void this.#next()))
    })
  }

  /** Takes no more jobs; resolves when those that wait are done. */
  close(): Promise<void> {
    this.#closed = true
    return this.#running ? new Promise(resolve => this.#idle.push(resolve)) : Promise.resolve()
  }

  async #next(): Promise<void> {
    const job = this.#take()
    if (job) {
      await job()
      setImmediate(() => void this.#next())
      return
    }
    this.#running = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  #take(): (() => Promise<void>) | undefined {
    const { live, bulk } = this.#waiting
    const bulkFirst = bulk.length > 0 && (live.length === 0 || this.#passed >= patience)
    this.#passed = bulkFirst || bulk.length === 0 ? 0 : this.#passed + 1
    return bulkFirst ? bulk.shift() : live.shift()
  }
}
