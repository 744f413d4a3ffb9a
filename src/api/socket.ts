import { randomBytes } from 'node:crypto'
import type { WebSocket } from 'ws'
import { CursorGone } from '../feed/log.ts'
import { publicId } from '../model/ids.ts'
import type { Event } from '../model/event.ts'
import { loginById, touchLogin } from '../store/logins.ts'
import type { Store } from '../store/store.ts'
import { openCalls } from './calls.ts'
import type { Connection, Filter } from './connection.ts'
import type { Clock, Log } from '../model/ports.ts'
import { ApiError, asApiError, closes, errorBody } from './errors.ts'
import type { CloseKind } from './errors.ts'
import { clip, readFrame } from './frames.ts'
import type { Request, RequestId } from './frames.ts'
import { authenticate, capabilities, position, protocolName, told } from './hello.ts'
import type { HelloParams, HelloResult } from './hello.ts'
import type { Limits } from './limits.ts'
import type { Method } from './method.ts'
import type { Metrics } from './metrics.ts'
import type { Rooms } from './rooms.ts'
import { openSender } from './sender.ts'
import type { Serialised } from './serialised.ts'
import type { Revocations, Signals } from './signals.ts'
import { openStream } from './stream.ts'
import type { Stream } from './stream.ts'
import type { Holder, Tickets } from './tickets.ts'
import { rfc3339 } from './time.ts'
import { tokenBucket } from './token-bucket.ts'
import { written } from './written.ts'

export type SocketDeps = {
  store: Store
  wakeup: { notify(userId: number): void }
  /** feed/log.ts, bound to the store. */
  follow(userId: number, cursor: number, signal: AbortSignal): AsyncIterable<Event[]>
  serialise: Serialised
  methods: ReadonlyMap<string, Method>
  rooms: Rooms
  tickets: Tickets
  signals: Signals
  revocations: Revocations
  metrics: Metrics
  limits: Limits
  clock: Clock
  /** For rates: ms that never go back. */
  monotonic(): number
  log: Log
  /** A result that is not as declared becomes an internal error. For tests. */
  checkResults: boolean
}

/** An open socket, as the server holds it. */
export type Socket = {
  /** Says goaway, lets what is in flight end within `graceMs`, closes with 1001. */
  goaway(reason: string, graceMs: number): Promise<void>
  terminate(): void
}

type Login = Holder & { stream: Stream }

/** Serves one socket from its first frame to its close. `bearer`: the token of the upgrade's Authorization header. */
export function serveSocket(deps: SocketDeps, socket: WebSocket, bearer: string | null): Socket {
  const { limits, log, metrics, store } = deps
  const sessionId = randomBytes(9).toString('base64url')
  const stopped = new AbortController()
  const endings: (() => void)[] = []
  const calls = openCalls()
  const bucket = tokenBucket(limits.burst, limits.rate, deps.monotonic())
  let warnings = 0
  let login: Login | null = null
  let greeting = false
  let leaving = false
  let heard = true

  const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
  const atEnd = (end: () => void) => {
    if (socket.readyState === socket.CLOSED) end()
    else endings.push(end)
  }
  const close = (kind: CloseKind, reason: string = kind) => {
    if (socket.readyState !== socket.OPEN) return
    metrics.closed(kind)
    socket.close(closes[kind].code, reason)
    leaving = true
    stopped.abort()   // the stream reads no further for a socket that takes nothing more
    setTimeout(() => socket.terminate(), 2_000).unref()   // a client that does not answer the close
  }
  const sender = openSender(socket, limits, () => close('slow'))
  const fail = (id: RequestId | null, error: ApiError) => sender.send(JSON.stringify({ jsonrpc: '2.0', id, error: errorBody(error) }))
  const helloTimer = setTimeout(() => close('hello_timeout'), limits.helloMs).unref()

  const connection: Connection = {
    get lastSent() {
      return login?.stream.lastSent ?? 0
    },
    subscribe: (filter: Filter | null) => login!.stream.subscribe(filter),
    atEnd,
    cancel: id => calls.cancel(id)
  }

  async function hello({ id, params }: Request): Promise<void> {
    deps.methods.get('session.hello')!.check(params)
    const { protocol, auth, resume } = params as HelloParams
    if (protocol !== protocolName) {
      fail(id, new ApiError('invalid_params', `session.hello: params.protocol must be "${protocolName}"`))
      return close('version')
    }
    const holder = await authenticate(deps, auth, bearer).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.kind !== 'unauthenticated') throw error
      fail(id, error)
      close('auth')
      return null
    })
    if (!holder) return
    // Listen before the position is read: a revocation in between must not be missed.
    atEnd(deps.revocations.subscribe(holder.loginId, () => void setImmediate(close, 'revoked')))   // after the answer to the one who asked for it
    const { cursor, caughtUpAt, ...at } = await position(store, holder.userId, resume)
    if (!await store.read(tx => loginById(tx, holder.loginId, deps.clock.now()))) return close('revoked')
    if (socket.readyState !== socket.OPEN) return
    clearTimeout(helloTimer)
    store.hot(tx => touchLogin(tx, holder.loginId, deps.clock.now()), 'bulk').catch(() => undefined)   // only for the list of sessions
    const answer: HelloResult = { sessionId, userId: publicId('user', holder.userId), logId: store.logId, ...at, capabilities, limits: told(limits), serverTime: rfc3339(deps.clock.now()) }
    sender.send(JSON.stringify({ jsonrpc: '2.0', id, result: answer }))
    atEnd(deps.signals.subscribe(holder.userId, signal => {
      if (!sender.offer(JSON.stringify({ jsonrpc: '2.0', method: 'signal', params: signal }))) metrics.dropped()
    }))
    const stream = openStream({
      follow: (from, signal) => deps.follow(holder.userId, from, signal),
      serialise: deps.serialise,
      sender,
      userId: holder.userId,
      cursor,
      caughtUpAt,
      signal: stopped.signal,
      onSent: metrics.sent
    })
    login = { ...holder, stream }
    stream.done.catch((error: unknown) => {
      if (error instanceof CursorGone) return close('slow', 'fell behind what the log keeps')
      log.error({ sessionId, error: words(error) }, 'the event stream of a socket ended')
      close('internal')
    })
  }

  async function call({ id, params }: Request, found: Method, who: Login, signal: AbortSignal): Promise<void> {
    const end = metrics.request(found.name)
    try {
      const ctx = { userId: who.userId, loginId: who.loginId, sessionId, store, wakeup: deps.wakeup, clock: deps.clock, log, rooms: deps.rooms, revocations: deps.revocations, methods: deps.methods, signal, connection }
      if (signal.aborted) throw new ApiError('cancelled', 'the request was cancelled')
      const result = await found.handle(ctx, params)
      const json = written(result ?? null)
      const wrong = deps.checkResults ? found.wrongResult(JSON.parse(json)) : ''
      if (wrong) throw new Error(`${found.name} answered what it does not declare: ${wrong}`)
      const text = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${json}}`
      if (Buffer.byteLength(text) > limits.frameBytesOut) throw new ApiError('too_large', `the answer of ${found.name} is over ${limits.frameBytesOut} bytes; ask for less`)
      end('ok')
      await sender.drained()
      sender.send(text)
    } catch (thrown) {
      const error = refusal(thrown, signal)
      end(error.kind)
      fail(id, error)
    }
  }

  /** What the client is told of something thrown. Our own mistakes go to the log, with a reference. */
  function refusal(thrown: unknown, signal: AbortSignal): ApiError {
    if (signal.aborted) return new ApiError('cancelled', 'the request was cancelled')
    const known = asApiError(thrown)
    if (known) return known
    if (store.trouble) return new ApiError('read_only', store.trouble)
    const reference = randomBytes(4).toString('hex')
    log.error({ reference, error: words(thrown) }, 'a request failed')
    return new ApiError('internal', `the server made a mistake; the log has it under ${reference}`)
  }

  function frame(text: string): void {
    const read = readFrame(text, limits.depth)
    const id = read.ok ? read.request.id : read.id
    const now = deps.monotonic()
    if (bucket.full(now)) warnings = 0
    const wait = bucket.take(now)
    if (wait > 0) {
      if (++warnings > limits.rateWarnings) return close('rate')
      return fail(id, new ApiError('rate_limited', `more than ${limits.rate} requests a second: wait retryAfterMs`, undefined, wait))
    }
    if (!read.ok) return fail(id, read.error)
    const { request } = read
    if (leaving) return fail(id, new ApiError('rate_limited', 'the server is closing this socket; connect again', undefined, limits.reconnectMs))
    if (request.method === 'session.hello' && !login) {
      if (greeting) return fail(id, new ApiError('invalid_request', 'session.hello is being answered'))
      greeting = true
      const answered = hello(request).catch((thrown: unknown) => fail(request.id, refusal(thrown, stopped.signal))).finally(() => void (greeting = false))
      return void answered
    }
    if (!login) return fail(id, new ApiError('unauthenticated', 'the first request must be session.hello, and be answered before the next'))
    const found = deps.methods.get(request.method)
    if (!found) return fail(id, new ApiError('method_not_found', `there is no method ${clip(request.method)}`))
    if (calls.has(request.id)) return fail(id, new ApiError('invalid_request', 'a request with this id is in flight'))
    if (calls.size >= limits.inFlight) return fail(id, new ApiError('rate_limited', `more than ${limits.inFlight} requests in flight: wait for an answer before the next`, undefined, 100))
    try {
      found.check(request.params)
    } catch (error) {
      return fail(id, refusal(error, stopped.signal))
    }
    const who = login
    calls.start(request.id, found.orderBy?.(request.params) ?? null, signal => call(request, found, who, signal))
    if (sender.waiting > limits.frameBytesOut) {
      // It asks without reading the answers: hear no more until it has.
      socket.pause()
      void sender.drained().then(() => socket.resume())
    }
  }

  async function beat(): Promise<void> {
    if (!socket.isPaused && !heard) return socket.terminate()
    heard = false
    socket.ping()
    login?.stream.position()
    if (login && !await store.read(tx => loginById(tx, login!.loginId, deps.clock.now()))) close('auth', 'the login has expired')
  }
  const heartbeat = setInterval(() => beat().catch((error: unknown) => log.warn({ sessionId, error: words(error) }, 'a heartbeat failed')), limits.heartbeatMs).unref()

  socket.on('pong', () => void (heard = true))
  socket.on('message', (data: Buffer, binary: boolean) => {
    heard = true
    if (socket.readyState !== socket.OPEN) return
    if (binary) return close('protocol', 'binary frames are not taken')
    if (data.length > limits.frameBytesIn) {
      fail(null, new ApiError('too_large', `a frame has at most ${limits.frameBytesIn} bytes: post files to /v1/blobs, a long text as a file`))
      return close('protocol', 'the frame is too large')
    }
    frame(data.toString())
  })
  socket.on('error', () => undefined)   // it closes by itself; the reason is in the close code
  socket.once('close', () => {
    clearTimeout(helloTimer)
    clearInterval(heartbeat)
    stopped.abort()
    calls.cancelAll()
    sender.close()
    for (const end of endings) end()
  })

  return {
    async goaway(reason, graceMs) {
      leaving = true
      sender.send(JSON.stringify({ jsonrpc: '2.0', method: 'session.goaway', params: { reconnectAfterMs: limits.reconnectMs, reason } }))
      await within(graceMs, calls.idle())
      close('goaway', reason)
      await within(1000, closed)
      socket.terminate()
    },
    terminate: () => socket.terminate()
  }
}

async function within(ms: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([promise, new Promise<void>(resolve => void (timer = setTimeout(resolve, ms)))])
  clearTimeout(timer)
}

function words(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error)
}
