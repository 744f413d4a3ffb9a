import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'

export type Event = { seq: number, prev: number, type: string, id?: string, rev?: number, history?: number, reset?: boolean, data?: Record<string, unknown> }
export type Refusal = Error & { kind?: string }

/**
 * A client that never gives up: whenever its connection is lost it comes back and resumes after the last event it has, by the rules of
 * the protocol. It trusts nobody: what breaks a rule is in `wrong`.
 */
export type RigClient = {
  /** Accepted events, in order, each once. */
  events: Event[]
  wrong: string[]
  /** Where it is in the log; -1 before the first hello. */
  seq(): number
  /** Where its events begin. */
  from(): number
  /** How often it connected, resumed with a replay, and took a snapshot. */
  counts: { connections: number, replays: number, snapshots: number }
  /** Resolves once it is greeted; at once where it is. */
  greeted(): Promise<void>
  /** Rejects with a Refusal; without a kind where the connection was lost, or nothing was answered in a minute, and nobody knows whether it was done. */
  call<T = Record<string, unknown>>(method: string, params?: object): Promise<T>
  /** Forgets its place, as a new device: the next connection begins with a snapshot. */
  forget(): void
  cut(): void
  stop(): void
}

export type RigClientOptions = {
  url(): string
  token: string
  /** Its first connection resumes from there, where it knows a log. */
  resume?: { logId: string, seq: number }
  /** Runs after each hello; what it throws ends the connection. */
  greeted?(client: RigClient, how: { resume: string, logId: string }): Promise<void>
  retryMs?: number
}

const answerMs = 60_000

export function openClient({ url, token, resume, greeted, retryMs = 30 }: RigClientOptions): RigClient {
  let logId: string | null = resume?.logId ?? null
  let last = resume?.seq ?? -1
  let from = last
  let socket: WebSocket | null = null
  let ready = Promise.withResolvers<void>()
  let isReady = false
  let stopped = false
  let nextId = 1
  const open = new Map<number, { resolve(value: unknown): void, reject(error: Error): void }>()

  const client: RigClient = {
    events: [],
    wrong: [],
    seq: () => last,
    from: () => from,
    counts: { connections: 0, replays: 0, snapshots: 0 },
    greeted: () => ready.promise,
    call<T>(method: string, params: object = {}) {
      const { promise, resolve, reject } = Promise.withResolvers<T>()
      if (socket?.readyState !== WebSocket.OPEN) return Promise.reject<T>(new Error('not connected'))
      const id = nextId++
      const late = setTimeout(() => {
        open.delete(id)
        reject(new Error(`no answer to ${method} after ${answerMs / 1000} s`))
      }, answerMs).unref()
      open.set(id, { resolve: (value) => resolve(value as T), reject })
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
      return promise.finally(() => clearTimeout(late))
    },
    forget() {
      last = -1
      logId = null
      client.events = []
      socket?.terminate()
    },
    cut: () => void socket?.terminate(),
    stop() {
      stopped = true
      socket?.terminate()
    }
  }

  function accept(event: Event): void {
    if (event.prev === last && event.seq > last) {
      last = event.seq
      client.events.push(event)
      return
    }
    if (client.wrong.length < 50) client.wrong.push(event.seq <= last ? `event ${event.seq} came again after ${last}` : `event ${event.seq} says it follows ${event.prev}, but the last was ${last}`)
    socket?.terminate()
  }

  async function once(): Promise<void> {
    const mine = socket = new WebSocket(url().replace(/^http/, 'ws') + '/v1/ws', ['kinbox.v1'], { handshakeTimeout: 5_000 })
    const gone = new Promise<void>((resolve) => mine.once('close', () => resolve()))
    mine.on('error', () => undefined)
    mine.on('message', (data: Buffer) => {
      if (mine !== socket || stopped) return
      const frame = JSON.parse(data.toString()) as { id?: number, method?: string, params?: Event, result?: { resume?: string, logId?: string, head?: number }, error?: { message: string, data: { kind: string } } }
      if (frame.method === 'event') return accept(frame.params!)
      const call = frame.id === undefined ? undefined : open.get(frame.id)
      if (!call) return
      open.delete(frame.id!)
      // Before the next frame, which may be the first event.
      if (frame.result?.resume !== undefined) place(frame.result as { resume: string, logId: string, head: number })
      if (frame.error) call.reject(Object.assign(new Error(frame.error.message), { kind: frame.error.data.kind }))
      else call.resolve(frame.result)
    })
    mine.once('open', () => {
      client.counts.connections++
      client.call<{ resume: string, logId: string }>('session.hello', { protocol: 'kinbox.v1', client: { name: 'rig' }, auth: { token }, ...(logId !== null && last >= 0 ? { resume: { logId, seq: last } } : {}) })
        .then(async (how) => {
          await greeted?.(client, how)
          if (mine !== socket) return
          isReady = true
          ready.resolve()
        }).catch(() => mine.terminate())
    })
    await gone
    for (const { reject } of open.values()) reject(new Error('the connection was lost'))
    open.clear()
    if (isReady) ready = Promise.withResolvers<void>()
    isReady = false
  }

  function place(how: { resume: string, logId: string, head: number }): void {
    if (last >= 0 && how.resume === 'snapshot_required') client.wrong.push(`resuming after ${last} was refused (head ${how.head})`)
    if (how.resume === 'replaying') client.counts.replays++
    if (last >= 0 && how.resume !== 'snapshot_required') {
      if (how.resume === 'live' && how.head !== last) client.wrong.push(`"live" at ${how.head}, but the client is at ${last}`)
      return
    }
    logId = how.logId
    last = from = how.head
    client.events = []
  }

  void (async () => {
    while (!stopped) {
      await once()
      await pause(retryMs, undefined, { ref: false })
    }
  })()
  return client
}
