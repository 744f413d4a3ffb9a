import { Worker } from 'node:worker_threads'
import type { Context, Incoming } from '../connector.ts'
import type { Job, Reply } from './parse-worker.ts'

/** The content could not be read. The message is for the user: why, in words. */
export class Unreadable extends Error {
  constructor(words: string, cause?: unknown) {
    super(words, { cause })
    this.name = 'Unreadable'
  }
}

export type ParsePool = {
  /** Runs the connector's own parse in a worker. `raw` stays the caller's. Throws Unreadable; any other error is not the content's fault. */
  parse(kind: string, raw: Uint8Array, context: Context): Promise<Incoming[]>
  /** Ends all workers; what was waiting rejects. */
  close(): Promise<void>
}

type Task = Job & { tries: number, resolve(incoming: Incoming[]): void, reject(error: Error): void }

const startMs = 60_000

/**
 * Hostile content gets a thread with a kill timer and a heap cap, never the server's own. A worker that ran over either is
 * replaced; its job is tried once more on a fresh one (the worker may have been worn out by others), then is Unreadable.
 * Workers start when first needed, at most `size`.
 */
export function openParsePool({ folders, size, timeoutMs = 10_000, heapMb = 256 }: { folders: string[], size: number, timeoutMs?: number, heapMb?: number }): ParsePool {
  const waiting: Task[] = []
  const idle: Worker[] = []
  const all = new Set<Worker>()
  let closed = false

  const start = () => {
    const worker = new Worker(new URL('./parse-worker.ts', import.meta.url), {
      workerData: { folders },
      env: {},
      // Nothing that this process was started with (a loader, a debugger) belongs into a parser.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: Math.max(8, Math.floor(heapMb / 8)) }
    })
    // An idle pool must not keep the process alive; a running job is awaited by somebody who does.
    worker.unref()
    all.add(worker)
    return worker
  }

  const pump = () => {
    while (waiting.length > 0 && !closed) {
      const worker = idle.pop() ?? (all.size < size ? start() : undefined)
      if (!worker) return
      run(worker, waiting.shift()!)
    }
  }

  const run = (worker: Worker, task: Task) => {
    let why = 'its parser crashed'
    let over = false
    let timer = setTimeout(() => end('its parser did not start'), startMs)
    const end = (words: string) => {
      why = words
      worker.terminate()
    }
    const finish = () => {
      over = true
      clearTimeout(timer)
      worker.off('message', heard).off('error', failed).off('exit', gone).unref()
    }
    const heard = (reply: Reply) => {
      if (reply.type === 'started') {
        clearTimeout(timer)
        timer = setTimeout(() => end(`reading it took more than ${timeoutMs / 1000} seconds`), timeoutMs)
        return
      }
      finish()
      idle.push(worker)
      if (reply.type === 'parsed') task.resolve(reply.incoming)
      else if (reply.type === 'unreadable') task.reject(new Unreadable('This message could not be read: its content is malformed. The original is kept.', reply.text))
      else task.reject(new Error(`the connector ${task.kind} could not be loaded: ${reply.text}`))
      pump()
    }
    const failed = (error: Error & { code?: string }) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') why = `reading it took more than ${heapMb} MB of memory`
    }
    const gone = () => {
      if (over) return
      finish()
      all.delete(worker)
      if (closed) task.reject(new Error('the server is stopping'))
      else if (task.tries > 0) task.reject(new Unreadable(`This message could not be read: ${why}. The original is kept.`))
      else waiting.unshift({ ...task, tries: task.tries + 1 })
      pump()
    }
    worker.on('message', heard).on('error', failed).on('exit', gone).ref()
    // A copy is transferred: the caller stores the bytes too, and a second try needs them.
    const raw = new Uint8Array(task.raw)
    worker.postMessage({ kind: task.kind, raw, context: task.context } satisfies Job, [raw.buffer])
  }

  return {
    parse: (kind, raw, context) => new Promise((resolve, reject) => {
      if (closed) return reject(new Error('the server is stopping'))
      waiting.push({ kind, raw, context, tries: 0, resolve, reject })
      pump()
    }),
    async close() {
      closed = true
      for (const task of waiting.splice(0)) task.reject(new Error('the server is stopping'))
      await Promise.all([...all].map((worker) => worker.terminate()))
    }
  }
}
