/** The other end of parse-pool.ts: runs a connector's own parse, one job at a time. */
import { parentPort, workerData } from 'node:worker_threads'
import { noNames } from '../connector.ts'
import type { Connector, Context, Incoming } from '../connector.ts'
import { provable, understood } from '../inbound/understood.ts'
import type { Understood } from '../inbound/understood.ts'
import { loadConnector } from './load.ts'

export type Item = { raw: Uint8Array, context: Context }
/** `proves`: the sender's proof is asked for, too, by what the bytes carry alone. */
export type Job =
  | ({ type: 'one', kind: string } & Item)
  | { type: 'many', kind: string, items: Item[], proves: boolean }
  /** Nothing is answered: what it needs will be there when a job comes. */
  | { type: 'load', kind: string }
export type Reply =
  | { type: 'started' }
  | { type: 'parsed', incoming: Incoming[] }
  /** null: it has to be looked at alone. */
  | { type: 'understood', results: (Understood | null)[] }
  /** The content cannot be read; `text` is the parser's own word for it, not for users. */
  | { type: 'unreadable', text: string }
  /** Nothing to do with the content: the connector itself cannot be loaded. */
  | { type: 'broken', text: string }

const { folders } = workerData as { folders: string[] }
if (!parentPort) throw new Error('parse-worker.ts runs as a worker only')
const port = parentPort

// Nobody reads where an error came from here, and several of each mail are made only to be caught.
Error.stackTraceLimit = 0
// It has been read; a connector finds nothing here.
delete process.env['NODE_COMPILE_CACHE']

const jobs: { last: Promise<unknown> } = { last: Promise.resolve() }
// One after another, in the order that they came: also where one waits for something.
port.on('message', (job: Job) => void (jobs.last = jobs.last.then<unknown>(() => job.type === 'load' ? loadConnector(folders, job.kind).catch(() => undefined) : take(job))))

async function take(job: Exclude<Job, { type: 'load' }>): Promise<void> {
  const reply = (message: Reply, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)
  try {
    const connector = await loadConnector(folders, job.kind)
    // The kill timer starts here: loading a parser takes its time on a busy machine, and is no fault of the content.
    reply({ type: 'started' })
    try {
      if (job.type === 'many') {
        const results: (Understood | null)[] = []
        for (const item of job.items) results.push(await one(connector, item, job.proves).catch(() => null))
        reply({ type: 'understood', results }, [together(results), ...results.flatMap((result) => result ? buffersOf(messagesOf(result)) : [])])
      } else {
        const incoming = await connector.parse(job.raw, job.context)
        reply({ type: 'parsed', incoming }, buffersOf(incoming))
      }
    } catch (error) {
      reply({ type: 'unreadable', text: String(error).slice(0, 300) })
    }
  } catch (error) {
    reply({ type: 'broken', text: String(error).slice(0, 300) })
  }
}

async function one({ parse, prove }: Connector, { raw, context }: Item, proves: boolean): Promise<Understood> {
  const result = understood(raw, await parse(raw, context))
  if (!proves) return result
  return { ...result, proof: prove && provable(result.items) ? await prove(raw, context, noNames) : null }
}

const messagesOf = ({ items }: Understood): Incoming[] => items.map((item) => 'message' in item ? item.message : item)

/** Puts the digests and compressed bytes of all into one buffer, which is handed over whole: a buffer each costs more than what is in it. */
function together(results: (Understood | null)[]): ArrayBuffer {
  const pieces: { bytes: Uint8Array, put(view: Uint8Array): void }[] = []
  for (const result of results) {
    if (!result) continue
    const { raw, items } = result
    pieces.push({ bytes: raw.digest, put: (view) => { raw.digest = view } })
    if (raw.bytes) pieces.push({ bytes: raw.bytes, put: (view) => { raw.bytes = view } })
    for (const item of items) if ('message' in item) pieces.push({ bytes: item.digest, put: (view) => { item.digest = view } })
  }
  const buffer = new ArrayBuffer(pieces.reduce((sum, { bytes }) => sum + bytes.length, 0))
  let at = 0
  for (const { bytes, put } of pieces) {
    const view = new Uint8Array(buffer, at, bytes.length)
    view.set(bytes)
    put(view)
    at += bytes.length
  }
  return buffer
}

/** What can be handed over without a copy: each attachment that owns its whole buffer, each buffer once. */
function buffersOf(incoming: Incoming[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  for (const one of incoming) {
    if (one.type !== 'message') continue
    for (const { content } of one.attachments) {
      // Small Buffers share node's pool, which cannot be transferred.
      if (content.buffer instanceof ArrayBuffer && content.byteLength === content.buffer.byteLength && content.byteLength > 0) buffers.add(content.buffer)
    }
  }
  return [...buffers]
}
