import { parentPort, workerData } from 'node:worker_threads'
import { WebSocket } from 'ws'

/**
 * A client in a thread of its own, so that what it does does not slow down the server it listens to. It knows a frame that
 * tells of a message by the moment written in its text, in ns of the machine's monotonic clock, and posts for each how long it took (ms).
 */
const { url, token } = workerData as { url: string, token: string | null }
const port = parentPort!
const socket = new WebSocket(url, token === null ? [] : ['kinbox.v1'])
let ready = token === null

socket.on('open', () => {
  if (token === null) port.postMessage('ready')
  else socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'session.hello', params: { protocol: 'kinbox.v1', client: { name: 'bench', version: '1' }, auth: { token } } }))
})
socket.on('message', (data: Buffer) => {
  const now = process.hrtime.bigint()
  const frame = JSON.parse(data.toString()) as { id?: number, params?: { type?: string, data?: { text?: string } } }
  if (!ready && frame.id === 1) {
    ready = true
    port.postMessage('ready')
  }
  const sent = frame.params?.type === 'message.created' ? /^sent (\d+) /.exec(frame.params.data?.text ?? '')?.[1] : undefined
  if (sent !== undefined) port.postMessage(Number(now - BigInt(sent)) / 1e6)
})
socket.on('error', (error) => { throw error })
port.once('message', () => socket.close())
