/** The other end of parse-pool.ts: runs a connector's own parse, one job at a time. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Context, Incoming } from '../connector.ts'
import { loadConnector } from './load.ts'

export type Job = { kind: string, raw: Uint8Array, context: Context }
export type Reply =
  | { type: 'started' }
  | { type: 'parsed', incoming: Incoming[] }
  /** The content cannot be read; `text` is the parser's own word for it, not for users. */
  | { type: 'unreadable', text: string }
  /** Nothing to do with the content: the connector itself cannot be loaded. */
  | { type: 'broken', text: string }

const { folders } = workerData as { folders: string[] }
const port = parentPort
if (!port) throw new Error('parse-worker.ts runs as a worker only')

port.on('message', async ({ kind, raw, context }: Job) => {
  const reply = (message: Reply, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)
  try {
    const { parse } = await loadConnector(folders, kind)
    // The kill timer starts here: loading a parser takes its time on a busy machine, and is no fault of the content.
    reply({ type: 'started' })
    try {
      const incoming = await parse(raw, context)
      reply({ type: 'parsed', incoming }, buffersOf(incoming))
    } catch (error) {
      reply({ type: 'unreadable', text: String(error).slice(0, 300) })
    }
  } catch (error) {
    reply({ type: 'broken', text: String(error).slice(0, 300) })
  }
})

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
