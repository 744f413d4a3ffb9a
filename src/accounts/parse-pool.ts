import { Worker } from 'node:worker_threads'
import type { Context, Incoming } from '../connector.ts'
import type { Understood } from '../inbound/understood.ts'
import { workerEnv } from '../model/worker-env.ts'
import type { Item, Job, Reply } from './parse-worker.ts'

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
  /**
   * The same for many at once, with all that can be computed from their bytes; `proves`: also by what they carry who sent them.
   * In their order; null for each that has to be looked at alone, as all are that shared a worker with one that ended it.
   * What is to be parsed alone goes first.
   */
  many(kind: string, batch: Item[], proves: boolean): Promise<(Understood | null)[]>
  /** Starts a worker now that will be needed soon, and has it load the connector. */
  warm(kind: string): void
  /** Ends all workers; what was waiting rejects. */
  close(): Promise<void>
}

type Task = {
  kind: string
  isBulk: boolean
  /** What is sent is the worker's then: each try sends a copy, since the caller stores the bytes, too. */
  job(): { job: Job, transfer: ArrayBuffer[] }
  /** Whether it deserves a second try after its worker has ended. */
  again: boolean
  done(reply: Reply): void
  /** `why`: what became of the worker, in words. */
  lost(why: string): void
  reject(error: Error): void
}

/** A worker, and what it was given: it is at the first, and goes on with the next without being told. */
type Hand = {
  worker: Worker
  tasks: Task[]
  /** Ends it when the first of its tasks takes longer (ms); `words`: why, then. */
  limit(ms: number, words: string): void
}

const startMs = 60_000
/** A worker is asked for so much at once at most: then one who waits for a single message waits for milliseconds. */
const itemsAtOnce = 32
const bytesAtOnce = 2 * 1024 * 1024
/** So many portions of bulk work a worker is given: this thread may be writing for longer than one or two take. */
const portionsAtHand = 3

/**
 * Hostile content gets a thread with a kill timer and a heap cap, never the server's own. A worker that ran over either is
 * replaced; its job is tried once more on a fresh one (the worker may have been worn out by others), then is Unreadable.
 * Workers start when first needed, at most `size`.
 */
export function openParsePool({ folders, size, timeoutMs = 10_000, heapMb = 256 }: { folders: string[], size: number, timeoutMs?: number, heapMb?: number }): ParsePool {
  const waiting: Task[] = []
  const bulk: Task[] = []
  const all = new Set<Hand>()
  let closed = false

  const start = (): Hand => {
    const worker = new Worker(new URL('./parse-worker.ts', import.meta.url), {
      name: 'parse',
      workerData: { folders },
      env: workerEnv(process.env),
      // Nothing that this process was started with (a loader, a debugger) belongs into a parser.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: Math.max(8, Math.floor(heapMb / 16)) }
    })
    const tasks: Task[] = []
    let why = 'its parser crashed'
    let timer: NodeJS.Timeout | undefined
    const limit = (ms: number, words: string) => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        why = words
        worker.terminate()
      }, ms)
    }
    const hand: Hand = { worker, tasks, limit }
    worker.on('message', (reply: Reply) => {
      if (reply.type === 'started') return limit(timeoutMs, `reading it took more than ${timeoutMs / 1000} seconds`)
      const task = tasks.shift()!
      if (tasks.length > 0) limit(startMs, 'its parser did not start')
      else {
        clearTimeout(timer)
        worker.unref()
      }
      if (reply.type === 'broken') task.reject(new Error(`the connector ${task.kind} could not be loaded: ${reply.text}`))
      else task.done(reply)
      pump()
    })
    worker.on('error', (error: Error & { code?: string }) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') why = `reading it took more than ${heapMb} MB of memory`
    })
    worker.on('exit', () => {
      clearTimeout(timer)
      all.delete(hand)
      const [task, ...others] = tasks.splice(0)
      if (closed) for (const one of [task, ...others]) one?.reject(new Error('the server is stopping'))
      else {
        // To these it had not come.
        bulk.unshift(...others)
        if (task?.again) waiting.unshift({ ...task, again: false })
        else task?.lost(why)
        pump()
      }
    })
    // An idle pool must not keep the process alive; a running job is awaited by somebody who does.
    worker.unref()
    all.add(hand)
    return hand
  }

  /** Whoever has nothing to do, else a new one. */
  const idle = () => [...all].find(({ tasks }) => tasks.length === 0) ?? (all.size < size ? start() : undefined)

  /** Whoever is to do more bulk work. One is left for what somebody waits for, and two cores have a writer and an index to run, too. */
  const forBulk = () => {
    const busy = [...all].filter(({ tasks }) => tasks[0]?.isBulk)
    return busy.length < Math.max(1, size - 1) ? idle() : busy.find(({ tasks }) => tasks.length < portionsAtHand)
  }

  const pump = () => {
    while (!closed && waiting.length + bulk.length > 0) {
      const hand = waiting.length > 0 ? idle() : forBulk()
      if (!hand) return
      give(hand, (waiting.shift() ?? bulk.shift())!)
    }
  }

  const give = ({ worker, tasks, limit }: Hand, task: Task) => {
    if (tasks.push(task) === 1) {
      limit(startMs, 'its parser did not start')
      worker.ref()
    }
    const { job, transfer } = task.job()
    worker.postMessage(job, transfer)
  }

  const enter = (queue: Task[], task: Task) => {
    if (closed) return task.reject(new Error('the server is stopping'))
    queue.push(task)
    pump()
  }

  const some = (kind: string, items: Item[], proves: boolean) => new Promise<(Understood | null)[]>((resolve, reject) => {
    const alone = () => resolve(items.map(() => null))
    enter(bulk, {
      kind, isBulk: true, again: false, reject,
      job() {
        const copy = oneBuffer(items.map(({ raw }) => raw))
        return { job: { type: 'many', kind, items: items.map(({ context }, i) => ({ raw: copy.views[i]!, context })), proves }, transfer: [copy.buffer] }
      },
      done: (reply) => reply.type === 'understood' ? resolve(reply.results) : alone(),
      lost: alone
    })
  })

  return {
    parse: (kind, raw, context) => new Promise((resolve, reject) => enter(waiting, {
      kind, isBulk: false, again: true, reject,
      job() {
        const copy = new Uint8Array(raw)
        return { job: { type: 'one', kind, raw: copy, context }, transfer: [copy.buffer] }
      },
      done(reply) {
        if (reply.type === 'parsed') resolve(reply.incoming)
        else reject(new Unreadable('This message could not be read: its content is malformed. The original is kept.', reply.type === 'unreadable' ? reply.text : undefined))
      },
      lost: (why) => reject(new Unreadable(`This message could not be read: ${why}. The original is kept.`))
    })),
    many: async (kind, batch, proves) => (await Promise.all(portions(batch).map((items) => some(kind, items, proves)))).flat(),
    warm(kind) {
      if (!closed && all.size === 0) start().worker.postMessage({ type: 'load', kind } satisfies Job)
    },
    async close() {
      closed = true
      for (const task of [...waiting.splice(0), ...bulk.splice(0)]) task.reject(new Error('the server is stopping'))
      await Promise.all([...all].map(({ worker }) => worker.terminate()))
    }
  }
}

function portions(batch: Item[]): Item[][] {
  const found: Item[][] = []
  let last: Item[] = []
  let bytes = 0
  for (const item of batch) {
    if (last.length === itemsAtOnce || bytes + item.raw.length > bytesAtOnce) {
      last = []
      bytes = 0
    }
    if (last.length === 0) found.push(last)
    last.push(item)
    bytes += item.raw.length
  }
  return found
}

/** Copies of all in one buffer. */
function oneBuffer(pieces: Uint8Array[]): { buffer: ArrayBuffer, views: Uint8Array[] } {
  const buffer = new ArrayBuffer(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  const views = pieces.map((piece) => {
    const view = new Uint8Array(buffer, at, piece.length)
    view.set(piece)
    at += piece.length
    return view
  })
  return { buffer, views }
}
