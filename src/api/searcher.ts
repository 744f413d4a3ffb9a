import { Worker } from 'node:worker_threads'
import { SearchRefused } from '../derived/match.ts'
import type { SearchRequest } from '../derived/search.ts'
import type { FromSearch, ToSearch } from './search-worker.ts'

/** A page as clients see it: hits, contacts, both as the JSON of a list, and the key of the next page, null after the last. */
export type SearchPage = { items: string, people: string, next: number[] | null }

/** Answers searches. */
export type Searcher = {
  /** Rejects with SearchRefused for what cannot be searched by, and with `signal`'s reason when nobody waits any more. */
  search(request: SearchRequest, signal?: AbortSignal): Promise<SearchPage>
  /** Forgets the opened files: the index was replaced. */
  reopen(): void
  stop(): Promise<void>
}

type Waiting = { by: Worker, resolve(page: SearchPage): void, reject(error: Error): void }

/** The thread starts with the first search. */
export function searcher({ folder }: { folder: string }): Searcher {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | null = null
  let stopped = false
  let nextId = 1

  function thread(): Worker {
    if (worker) return worker
    const mine = worker = new Worker(new URL('./search-worker.ts', import.meta.url), { workerData: { folder }, env: {}, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 } })
    mine.unref()
    mine.on('message', (message: FromSearch) => {
      const one = waiting.get(message.id)
      waiting.delete(message.id)
      if (waiting.size === 0) mine.unref()
      if (!one) return
      if ('page' in message) one.resolve(message.page)
      else one.reject(message.refused ? new SearchRefused(message.error) : new Error(message.error))
    })
    const lost = (error: Error) => {
      if (worker === mine) worker = null
      for (const [id, one] of waiting) {
        if (one.by !== mine) continue
        waiting.delete(id)
        one.reject(error)
      }
    }
    mine.on('error', lost)
    mine.on('exit', () => lost(new Error('the thread of the search ended')))
    return mine
  }

  return {
    search(request, signal) {
      if (stopped) return Promise.reject(new Error('the search is stopped'))
      return new Promise((resolve, reject) => {
        const id = nextId++
        const abort = () => {
          waiting.delete(id)
          reject(signal!.reason instanceof Error ? signal!.reason : new Error('nobody waits for the answer'))
        }
        const over = () => signal?.removeEventListener('abort', abort)
        signal?.addEventListener('abort', abort)
        const by = thread()
        waiting.set(id, {
          by,
          resolve: (page) => { over(); resolve(page) },
          reject: (error) => { over(); reject(error) }
        })
        by.ref()
        by.postMessage({ id, request } satisfies ToSearch)
      })
    },
    reopen() {
      const old = worker
      worker = null
      old?.postMessage({ stop: true } satisfies ToSearch)
    },
    async stop() {
      stopped = true
      const old = worker
      if (!old) return
      old.ref()
      const ended = new Promise<void>((resolve) => void old.once('exit', () => resolve()))
      old.postMessage({ stop: true } satisfies ToSearch)
      await ended
    }
  }
}
