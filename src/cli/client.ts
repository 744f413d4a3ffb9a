import WebSocket from 'ws'
import { CliError } from './io.ts'

/** A durable event as the protocol has it: `prev` is the seq sent before it on this stream. */
export type ServerEvent = { seq: number, prev: number, ts: string, type: string, id: string, rev: number, data?: unknown, history?: number }
export type Hello = { userId: string, logId: string, head: number, resume: 'live' | 'replaying' | 'snapshot_required' }

/** The server's answer to a request it refuses. */
export class CallError extends Error {
  readonly kind: string

  constructor(kind: string, message: string) {
    super(message)
    this.name = 'CallError'
    this.kind = kind
  }
}

export type Client = {
  hello: Hello
  call<Result>(method: string, params: object): Promise<Result>
  /** Each event in order, until the connection ends; then it returns. */
  events(): AsyncGenerator<ServerEvent>
  close(): void
}

type Frame = { id?: number, result?: unknown, error?: { message: string, data?: { kind?: string } }, method?: string, params?: ServerEvent }

/** The socket's address for what people write: `http://host:port`, `https://…` or the socket's own. Throws CliError. */
export function socketUrl(text: string): string {
  if (!URL.canParse(text)) throw new CliError(`${text} is no address. Set KINBOX_URL to something like http://127.0.0.1:8420.`, { exitCode: 2 })
  const url = new URL(text)
  url.protocol = url.protocol.replace('http', 'ws')
  if (!url.pathname.endsWith('/v1/ws')) url.pathname = url.pathname.replace(/\/$/, '') + '/v1/ws'
  return url.href
}

/** Connects and says hello. Throws CliError where nobody answers, CallError where the server refuses. */
export async function connect({ url, token, resume, signal }: { url: string, token: string, resume?: { logId: string, seq: number }, signal?: AbortSignal }): Promise<Client> {
  const socket = new WebSocket(socketUrl(url), 'kinbox.v1', { handshakeTimeout: 10_000, maxPayload: 4 * 1024 * 1024 })
  const waiting = new Map<number, { resolve(result: unknown): void, reject(error: Error): void }>()
  const queue: ServerEvent[] = []
  let wake: (() => void) | null = null
  let closed = false
  let lastId = 0

  const opened = new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('close', () => reject(new Error('closed')))
  })
  let problem = ''
  socket.on('error', error => {
    problem ||= error.message
  })
  socket.on('close', (code, reason) => {
    closed = true
    const words = reason.length > 0 ? reason.toString() : problem || `code ${code}`
    for (const { reject } of waiting.values()) reject(new CliError(`The connection to ${url} ended (${words}).`))
    waiting.clear()
    wake?.()
  })
  socket.on('message', data => {
    const frame = JSON.parse(String(data)) as Frame
    if (frame.method === 'event' && frame.params) queue.push(frame.params)
    wake?.()
    const request = frame.id === undefined ? undefined : waiting.get(frame.id)
    if (!request) return
    waiting.delete(frame.id!)
    if (frame.error) request.reject(new CallError(frame.error.data?.kind ?? 'internal', frame.error.message))
    else request.resolve(frame.result)
  })
  const stop = () => socket.terminate()
  signal?.addEventListener('abort', stop, { once: true })

  const call = <Result>(method: string, params: object) => new Promise<Result>((resolve, reject) => {
    if (closed) return reject(new CliError(`The connection to ${url} has ended.`))
    const id = ++lastId
    waiting.set(id, { resolve: result => resolve(result as Result), reject })
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
  })
  const close = () => {
    signal?.removeEventListener('abort', stop)
    socket.close(1000)
    setTimeout(stop, 1000).unref()
  }

  try {
    await opened
  } catch {
    throw new CliError(`Nobody answers at ${url} (${problem || 'closed'}). Is the server running, and is KINBOX_URL right?`)
  }
  try {
    const hello = await call<Hello>('session.hello', { protocol: 'kinbox.v1', client: { name: 'kinbox-cli', version: '0.1.0' }, auth: { token }, ...(resume ? { resume } : {}) })
    return {
      hello,
      call,
      close,
      async* events() {
        for (;;) {
          const event = queue.shift()
          if (event) yield event
          else if (closed) return
          else {
            await new Promise<void>(resolve => {
              wake = resolve
            })
          }
        }
      }
    }
  } catch (error) {
    close()
    throw error
  }
}
