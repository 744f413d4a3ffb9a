import { socketUrl, waitAfter, world as realWorld } from './backoff.ts'
import type { World } from './backoff.ts'
import { openCalls } from './calls.ts'
import { KinboxError } from './error.ts'
import { listeners, live } from './live.ts'
import type { Live } from './live.ts'
import type { Auth, Event, MethodName, Params, Position, Result, Signal } from './protocol.ts'
import { greet } from './socket.ts'
import type { Hello, Socket, WebSocketLike } from './socket.ts'
import { closes, creating } from './types.ts'
import { uuidv7 } from './uuid.ts'
import { onWake } from './wake.ts'

export type ConnectOptions = {
  /** `ws(s)://host/v1/ws`, or the server's `http(s)://host`. */
  url: string
  /** Asked before each connection. A rejection of the kind `unauthenticated` signs out; any other counts as being offline. */
  auth: () => Promise<Auth>
  client: { name: string, version: string, deviceId?: string }
  /** Where an earlier client stopped: what happened since comes first. */
  resume?: Position
}

/** `connecting`: the first try, or the first after a cut. `offline`: it failed, and is tried again by itself. `signed-out`: a person or an operator must do something (`error` says what). */
export type Status = 'connecting' | 'live' | 'offline' | 'signed-out'

export type Client = {
  /**
   * Waits for the connection where there is none. What can be repeated harmlessly is sent again after a cut: creating methods by their clientId, which is
   * made when absent. Rejects with KinboxError; `connection_lost` where it is not known whether it was done.
   */
  call<M extends MethodName>(method: M, params: Params<M>, options?: { signal?: AbortSignal }): Promise<Result<M>>
  readonly status: Live<Status>
  /** The last event that was told: where another client could resume. Null before the first greeting. */
  readonly position: Live<Position | null>
  /** Why the last connection failed or ended; null while all is well. */
  readonly error: KinboxError | null
  /** Each durable event once, in order, none missing, over all cuts. */
  onEvent(fn: (event: Event) => void): () => void
  /** May miss some; after a cut, ask for what matters. */
  onSignal(fn: (signal: Signal) => void): () => void
  /** The events between are gone (snapshot_required): fetch anew what you show. */
  onReset(fn: () => void): () => void
  /** Tries at once: the network is back, or the user has logged in again. */
  wake(): void
  /** Ends for good; what waits is rejected with `closed`. */
  close(): void
}

const refusals: readonly number[] = [4401, 4410]
/** So long a connection must have lasted for the next failure to be a first one. */
const steadyMs = 10_000

/** Connects, and stays connected until `close`. Throws TypeError for a url that is none; nothing else: `status` and `error` tell how it goes. */
export function connect(options: ConnectOptions, world: World = realWorld): Client {
  const url = socketUrl(options.url)
  const status = live<Status>('connecting')
  const position = live<Position | null>(options.resume ?? null)
  const events = listeners<Event>()
  const signals = listeners<Signal>()
  const resets = listeners<void>()
  const calls = openCalls()
  let socket: Socket | null = null
  let error: KinboxError | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let refused = 0
  let liveAt = 0
  let goaway: number | null = null
  let ticket = false
  let greeted = options.resume !== undefined
  let run = 0

  const again = (ms: number) => {
    clearTimeout(timer)
    timer = setTimeout(start, ms)
  }
  const stop = (why: KinboxError) => {
    run++
    clearTimeout(timer)
    error = why
    calls.refuse(why)
    status.set('signed-out')
  }
  const failed = (words: string, least = 0) => {
    error = new KinboxError(words, { kind: 'connection_lost', retryable: true })
    again(Math.max(least, waitAfter(failures++, world)))
    status.set('offline')
  }
  const hello = (answer: Hello) => {
    const { logId, head, resume, limits } = answer
    const before = position.value
    liveAt = world.now()
    refused = 0
    goaway = error = null
    if (!before || resume !== 'replaying') position.set({ logId, seq: head })
    if (resume === 'snapshot_required' || (greeted && !before)) resets.tell()
    greeted = true
    calls.open({ send: text => socket?.send(text), inFlight: limits.inFlight, frameBytes: limits.frameBytesIn })
    status.set('live')
  }
  const ended = (code: number, words: string, refusal: KinboxError | null) => {
    const was = status.value
    socket = null
    calls.lost()
    const known = closes[code]
    if (known && !known.resume) position.set(null)
    // A ticket may have run out on its way, and a new one tells whether its session has: only a second refusal in a row is one.
    if (known && !known.retry && !(code === 4401 && (ticket || !refusal) && ++refused < 2)) {
      return stop(refusal ?? new KinboxError(known.why, { kind: refusals.includes(code) ? 'unauthenticated' : 'forbidden' }))
    }
    if (was !== 'live') return failed(refusal?.message ?? words, Math.max(refusal?.retryAfterMs ?? 0, goaway ?? 0))
    if (world.now() - liveAt > steadyMs) failures = 0
    error = new KinboxError(words, { kind: 'connection_lost', retryable: true })
    again(goaway !== null ? goaway * (1 + world.random() / 2) : code === 4429 ? 60_000 : failures === 0 ? waitAfter(0, world) / 2 : waitAfter(failures, world))
    failures++
    status.set('connecting')
  }
  async function start(): Promise<void> {
    const mine = ++run
    let auth: Auth
    let opened: WebSocketLike
    try {
      auth = await options.auth()
      if (mine !== run) return
      opened = world.open(url)
    } catch (thrown) {
      if (mine !== run) return
      if (thrown instanceof KinboxError && thrown.kind === 'unauthenticated') return stop(thrown)
      return failed(thrown instanceof Error ? thrown.message : String(thrown))
    }
    ticket = 'ticket' in auth
    socket = greet({
      socket: opened,
      auth,
      client: options.client,
      resume: position.value,
      onHello: hello,
      onEvent: event => events.tell(event),
      onPosition: seq => position.set({ logId: position.value!.logId, seq }),
      onSignal: signal => signals.tell(signal),
      onAnswer: answer => calls.answer(answer),
      onGoaway(ms) {
        goaway = ms
        calls.hold()
      },
      onEnd: end => ended(end.code, end.words, end.refusal)
    })
  }
  const wake = () => {
    if (status.value === 'live') return socket?.ping()
    if (socket) return
    if (status.value === 'signed-out') {
      calls.refuse(null)
      refused = 0
      status.set('connecting')
    }
    failures = 0
    again(0)
  }
  const asleep = onWake(wake)
  void start()

  return {
    call: (method, params, { signal } = {}) => {
      const full = creating.includes(method) && !('clientId' in params && params.clientId) ? { ...params, clientId: uuidv7(world.now()) } : params
      return calls.add(method, full, signal) as Promise<Result<typeof method>>
    },
    status,
    position,
    get error() {
      return error
    },
    onEvent: events.add,
    onSignal: signals.add,
    onReset: resets.add,
    wake,
    close() {
      asleep()
      socket?.close()
      socket = null
      stop(new KinboxError('This client was closed.', { kind: 'closed' }))
    }
  }
}
