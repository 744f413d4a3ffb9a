import type { Answer } from './calls.ts'
import { errorOf } from './error.ts'
import type { ErrorFrame, KinboxError } from './error.ts'
import type { Auth, Event, Position, Result, Signal } from './protocol.ts'

export type Hello = Result<'session.hello'>

/** What is used of a WebSocket. */
export type WebSocketLike = {
  send(text: string): void
  close(code?: number): void
  onopen: (() => void) | null
  onmessage: ((message: { data: unknown }) => void) | null
  onerror: ((event: { message?: string }) => void) | null
  onclose: ((event: { code: number, reason: string }) => void) | null
}

export type SocketOptions = {
  socket: WebSocketLike
  auth: Auth
  client: { name: string, version: string, deviceId?: string }
  resume: Position | null
  onHello(hello: Hello): void
  /** Each event once, in order, and none missing; otherwise the socket ends. */
  onEvent(event: Event): void
  onPosition(seq: number): void
  onSignal(signal: Signal): void
  onAnswer(answer: Answer): void
  onGoaway(reconnectAfterMs: number): void
  /** Once, at the end. `refusal`: what hello was answered with. 1006: no code came. */
  onEnd(end: { code: number, words: string, refusal: KinboxError | null }): void
}

export type Socket = {
  send(text: string): void
  /** Asks whether it lives, and whether anything was missed; what is found out comes as its end. */
  ping(): void
  /** Ends it without onEnd. */
  close(): void
}

type Frame = { id?: unknown, method?: string, params?: unknown, result?: unknown, error?: ErrorFrame }

const greetingMs = 15_000
const answerMs = 10_000

/** Greets over one socket, proves that its events have no gap, and notices when it is dead. */
export function greet(options: SocketOptions): Socket {
  const { socket, auth, client, resume } = options
  let last: number | null = null
  let refusal: KinboxError | null = null
  let problem = ''
  let over = false
  let beat: ReturnType<typeof setInterval> | undefined
  let patience: ReturnType<typeof setTimeout> | undefined = setTimeout(() => give('The server does not answer.'), greetingMs)

  const forget = () => {
    over = true
    clearTimeout(patience)
    clearInterval(beat)
    socket.onopen = socket.onmessage = socket.onclose = null
  }
  const end = (code: number, words: string) => {
    if (over) return
    forget()
    options.onEnd({ code, words, refusal })
  }
  /** It is of no use any more; what the close handshake says comes too late to matter. */
  const give = (words: string) => {
    socket.close()
    end(1006, words)
  }
  const ask = (id: string, method: string, params: object) => socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
  const ping = () => {
    if (last === null || patience) return
    patience = setTimeout(() => give('The server does not answer.'), answerMs)
    ask('ping', 'session.ping', {})
  }
  const greeted = (hello: Hello) => {
    clearTimeout(patience)
    patience = undefined
    last = hello.resume === 'replaying' && resume ? resume.seq : hello.head
    beat = setInterval(ping, hello.limits.heartbeatMs)
    options.onHello(hello)
  }
  const event = (event: Event | { type: 'sync.position', seq: number, prev: number }) => {
    if (last === null || event.seq <= last) return
    if (event.prev !== last) return give('An event is missing.')
    last = event.seq
    if (event.type !== 'sync.position') options.onEvent(event)
    if (!over) options.onPosition(event.seq)
  }
  const notice = (method: string, params: unknown) => {
    if (method === 'event') event(params as Event)
    else if (method === 'signal') options.onSignal(params as Signal)
    else if (method === 'session.goaway') options.onGoaway((params as { reconnectAfterMs: number }).reconnectAfterMs)
  }
  const read = ({ id, method, params, result, error }: Frame) => {
    if (method !== undefined) notice(method, params)
    else if (typeof id === 'number') options.onAnswer({ id, result, ...(error ? { error } : {}) })
    else if (id === 'hello' && error) {
      refusal = errorOf(error)
      // The server closes by itself where it knows why; else nothing comes after.
      clearTimeout(patience)
      patience = setTimeout(() => give(error.message), 1000)
    } else if (id === 'hello') greeted(result as Hello)
    else if (id === 'ping') {
      clearTimeout(patience)
      patience = undefined
      if (result && (result as Result<'session.ping'>).seq > last!) give('An event is missing.')
    }
  }

  socket.onopen = () => ask('hello', 'session.hello', { protocol: 'kinbox.v1', client, auth, ...(resume ? { resume } : {}) })
  socket.onmessage = ({ data }) => {
    let frame: Frame
    try {
      frame = JSON.parse(String(data)) as Frame
    } catch {
      return give('The server sent what is no JSON.')
    }
    read(frame)
  }
  socket.onerror = ({ message }) => {
    problem ||= message ?? ''
  }
  socket.onclose = ({ code, reason }) => end(code, reason || problem || `The connection ended (${code}).`)
  return {
    send: text => socket.send(text),
    ping,
    close() {
      forget()
      socket.close(1000)
    }
  }
}
