import { Worker } from 'node:worker_threads'
import type { SafeHtml } from '../../content/html.ts'

export type HtmlMaker = {
  /** `key` names this very HTML, changes with it, and is nobody else's. `parts`: Content-IDs and the blobs that they are. */
  make(key: string, html: string, parts: ReadonlyMap<string, string>): Promise<SafeHtml>
  close(): Promise<void>
}

type Job = { html: string, parts: ReadonlyMap<string, string>, resolve(made: SafeHtml): void, reject(error: Error): void }

const giveUp: SafeHtml = { html: '<p>The layout of this mail is made of too much to be shown safely. Read it as text; its original can be downloaded.</p>', css: '', remote: 0, cut: true }

/**
 * Makes the HTML of mails safe when it is first read, in a thread of its own, so that hostile HTML holds up nobody but itself:
 * what takes longer than `ms` (four times that where the thread must start first, and a busy machine starts it slowly) or more memory than `heapMb` is given up. What was made last is kept, up to `keepBytes`.
 */
export function openHtmlMaker({ ms = 5000, heapMb = 256, keepBytes = 32 * 1024 * 1024 }: { ms?: number, heapMb?: number, keepBytes?: number } = {}): HtmlMaker {
  const kept = new Map<string, Promise<SafeHtml>>()
  const sizes = new Map<string, number>()
  const waiting: Job[] = []
  let worker: Worker | undefined
  let busy = false
  let total = 0
  let closed = false

  function start(): Worker {
    const made = new Worker(new URL('./worker.ts', import.meta.url), { env: {}, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 32 } })
    made.unref()
    return made
  }

  function next(): void {
    const job = busy ? undefined : waiting.shift()
    if (!job) return
    busy = true
    const patience = worker ? ms : 4 * ms
    const thread = worker ??= start()
    const timer = setTimeout(() => void thread.terminate(), patience)
    const done = (made: SafeHtml | null) => {
      clearTimeout(timer)
      thread.off('message', done).off('error', failed).off('exit', gone)
      busy = false
      if (made) job.resolve(made)
      else if (closed) job.reject(new Error('the server is stopping'))
      else job.resolve(giveUp)
      next()
    }
    // Running out of memory ends the thread: 'exit' follows.
    const failed = () => {}
    const gone = () => {
      worker = undefined
      thread.on('error', failed)
      done(null)
    }
    thread.on('message', done).on('error', failed).on('exit', gone)
    thread.postMessage({ html: job.html, parts: job.parts })
  }

  function keep(key: string, bytes: number): void {
    sizes.set(key, bytes)
    total += bytes
    for (const [oldest, size] of sizes) {
      if (total <= keepBytes) return
      kept.delete(oldest)
      sizes.delete(oldest)
      total -= size
    }
  }

  return {
    make(key, html, parts) {
      const known = kept.get(key)
      if (known) return known
      const making = new Promise<SafeHtml>((resolve, reject) => {
        if (closed) return reject(new Error('the server is stopping'))
        waiting.push({ html, parts, resolve, reject })
        next()
      })
      kept.set(key, making)
      making.then((made) => keep(key, 2 * (made.html.length + made.css.length)), () => kept.delete(key))
      return making
    },
    async close() {
      closed = true
      for (const job of waiting.splice(0)) job.reject(new Error('the server is stopping'))
      await worker?.terminate()
    }
  }
}
