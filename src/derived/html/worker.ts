/** The other end of make.ts: one mail at a time. */
import { parentPort } from 'node:worker_threads'
import { safeHtml } from '../../content/html.ts'

const port = parentPort
if (!port) throw new Error('worker.ts runs as a worker only')
port.on('message', ({ html, parts }: { html: string, parts: Map<string, string> }) => port.postMessage(safeHtml(html, parts)))
