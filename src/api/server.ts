import type { Socket as Line } from 'node:net'
import cookie from '@fastify/cookie'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import type { Blobs } from '../blobs/blobs.ts'
import { follow } from '../feed/log.ts'
import type { Wakeup } from '../feed/wakeup.ts'
import type { Store } from '../store/store.ts'
import { bearerOf } from './bearer.ts'
import { blobRoutes } from './blob-routes.ts'
import type { BlobUrls } from './blob-urls.ts'
import { browserRoutes, sendError } from './browser.ts'
import { openDoorCodes } from './door-codes.ts'
import type { DoorCodes } from './door-codes.ts'
import type { Clock, Log } from '../model/ports.ts'
import { ApiError, asApiError, closes } from './errors.ts'
import { healthRoutes } from './health.ts'
import { protocolName } from './hello.ts'
import { hookRoutes } from './hooks.ts'
import { defaultLimits } from './limits.ts'
import type { Limits } from './limits.ts'
import type { Method } from './method.ts'
import { openMetrics } from './metrics.ts'
import type { Figures } from './metrics.ts'
import { allowedOrigins, originAllowed } from './origins.ts'
import { isForPerson, nothingHere, pageRoutes } from './page.ts'
import { methods as allMethods } from './registry.ts'
import type { RemoteOptions } from './remote-fetch.ts'
import { remoteRoutes } from './remote-routes.ts'
import type { TurnLimits } from './remote-turns.ts'
import type { RemoteUrls } from './remote-urls.ts'
import type { Rooms } from './rooms.ts'
import { setupRoutes } from './setup.ts'
import { openSerialised } from './serialised.ts'
import type { Render } from './serialised.ts'
import type { Revocations, Signals } from './signals.ts'
import { serveSocket } from './socket.ts'
import type { Socket } from './socket.ts'
import { loginThrottle } from './throttle.ts'
import type { ThrottleOptions } from './throttle.ts'
import { openTickets } from './tickets.ts'

export type ServerDeps = {
  store: Store
  wakeup: Wakeup
  blobs: Blobs
  clock: Clock
  log: Log
  rooms: Rooms
  render: Render
  signals: Signals
  revocations: Revocations
  blobUrls: BlobUrls
  /** Pictures of other servers; absent: none are fetched. */
  remote?: { urls: RemoteUrls, options: RemoteOptions, limits?: TurnLimits }
  /** One-time codes for the page; without them it takes none. */
  codes?: DoorCodes
  /** The folder of the built web page; without it the page says that it is not there. */
  page?: string | null
  host: string
  /** 0: any free one. */
  port: number
  /** How browsers and networks reach the server, e.g. https://inbox.example.org; null: only as host and port. */
  publicUrl: string | null
  /** Further origins whose pages may connect. */
  origins: readonly string[]
  /** Addresses of the reverse proxy whose X-Forwarded-For is believed; absent: none. */
  trustProxy?: string[]
  limits?: Partial<Limits>
  methods?: readonly Method[]
  checkResults?: boolean
  throttle?: Omit<ThrottleOptions, 'clock'>
  monotonic?(): number
  /** What /metrics tells besides the door's own numbers. */
  figures?(): Promise<Figures>
}

export type Server = {
  /** e.g. http://127.0.0.1:8420 */
  address: string
  /** Says goaway to every socket, lets requests end, and is done within 10 s. */
  close(): Promise<void>
}

/** Opens the door: sockets and HTTP on one port. Throws when the port is taken or an origin is none. */
export async function startServer(deps: ServerDeps): Promise<Server> {
  const { store, wakeup, clock, log, rooms, publicUrl } = deps
  const limits: Limits = { ...defaultLimits, ...deps.limits }
  const metrics = openMetrics(deps.figures)
  const tickets = openTickets({ ms: limits.ticketMs, clock })
  const https = publicUrl?.startsWith('https:') ?? false
  const sockets = new Set<Socket>()
  /** Connections, also those which the HTTP server has given up for a WebSocket and counts no more, but waits for. */
  const lines = new Set<Line>()
  let origins: ReadonlySet<string> = new Set()
  let address = ''
  let closing = false

  const app = Fastify({ logger: false, bodyLimit: 64 * 1024, trustProxy: deps.trustProxy ?? false, forceCloseConnections: 'idle', requestTimeout: 120_000 })
  app.server.on('connection', line => lines.add(line.once('close', () => lines.delete(line))))
  await app.register(cookie)
  // A frame somewhat over the limit is answered in words (socket.ts); one far over it is cut off by the library with 1009.
  await app.register(websocket, {
    options: { maxPayload: 4 * limits.frameBytesIn, perMessageDeflate: false, handleProtocols: (offered: Set<string>) => (offered.has(protocolName) ? protocolName : false) },
    preClose: done => done()
  })

  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(https ? { ...safe, 'strict-transport-security': 'max-age=31536000' } : safe)
  })
  app.addHook('onResponse', async (request, reply) => {
    // The route as declared, never the URL: that may hold a webhook's secret or a signature.
    log.debug({ method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request')
  })
  app.setNotFoundHandler((request, reply) => isForPerson(request.headers.accept)
    ? reply.code(404).header('vary', 'accept').type('text/html; charset=utf-8').send(nothingHere)
    : sendError(reply, new ApiError('not_found', 'there is nothing here')))
  app.setErrorHandler((thrown: Error & { statusCode?: number, code?: string }, request, reply) => {
    const known = asApiError(thrown)
    if (known) return sendError(reply, known)
    if (thrown.statusCode === 413) return sendError(reply, new ApiError('too_large', 'the body is too large'))
    if (thrown.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return sendError(reply, new ApiError('invalid_request', 'the header Content-Type names no media type: send one like text/plain, or leave it out'))
    if (thrown.code === 'FST_ERR_CTP_EMPTY_JSON_BODY' || thrown.code === 'FST_ERR_CTP_INVALID_JSON_BODY') return sendError(reply, new ApiError('invalid_request', 'the body is no JSON, though the header Content-Type says so: send the JSON that this path takes'))
    if (thrown.statusCode && thrown.statusCode < 500) return sendError(reply, new ApiError('invalid_request', 'the request cannot be read'))
    if (store.trouble) return sendError(reply, new ApiError('read_only', store.trouble))
    log.error({ route: request.routeOptions.url ?? 'none', error: thrown.stack ?? thrown.message }, 'a request failed')
    return sendError(reply, new ApiError('internal', 'the server made a mistake; its log says more'))
  })

  const socketDeps = {
    store, wakeup, rooms, tickets, metrics, limits, clock, log,
    signals: deps.signals,
    revocations: deps.revocations,
    follow: (userId: number, cursor: number, signal: AbortSignal) => follow(store, wakeup, userId, cursor, signal),
    serialise: openSerialised({ store, wakeup, render: deps.render }),
    methods: new Map((deps.methods ?? allMethods).map(method => [method.name, method])),
    monotonic: deps.monotonic ?? (() => performance.now()),
    checkResults: deps.checkResults ?? false
  }
  app.route({
    method: 'GET',
    url: '/v1/ws',
    exposeHeadRoute: false,
    handler: (_request, reply) => reply.code(426).header('upgrade', 'websocket').send({ error: { kind: 'invalid_request', message: 'this is a WebSocket: connect with the subprotocol kinbox.v1' } }),
    wsHandler(socket, request) {
      // Browsers learn nothing from a refused upgrade, so the reason is a close code.
      if (!originAllowed(origins, request.headers.origin)) return socket.close(closes.origin.code, 'this origin is not listed')
      if (socket.protocol !== protocolName) return socket.close(closes.version.code, 'offer the subprotocol kinbox.v1')
      if (closing) return socket.close(closes.goaway.code, 'the server is stopping')
      const served = serveSocket(socketDeps, socket, bearerOf(request.headers.authorization))
      const gone = metrics.opened()
      sockets.add(served)
      socket.once('close', () => {
        gone()
        sockets.delete(served)
      })
    }
  })

  const browser = { store, clock, tickets, limits, https, revocations: deps.revocations, throttle: loginThrottle({ ...deps.throttle, clock }), origins: () => origins, notify: (userId: number) => wakeup.notify(userId) }
  browserRoutes(app, browser)
  setupRoutes(app, { ...browser, codes: deps.codes ?? openDoorCodes({ clock }) })
  await pageRoutes(app, { folder: deps.page ?? null, sockets: publicUrl ? [new URL(publicUrl).origin.replace(/^http/, 'ws')] : [] })
  blobRoutes(app, { ...browser, blobs: deps.blobs, urls: deps.blobUrls, rooms })
  if (deps.remote) remoteRoutes(app, deps.remote)
  hookRoutes(app, { publicUrl: () => publicUrl ?? address, rooms, maxBytes: limits.webhookBytes })
  healthRoutes(app, { store, clock, metrics, closing: () => closing })

  allowedOrigins({ publicUrl, host: deps.host, port: deps.port, origins: deps.origins })   // a wrong one is told before the port is taken
  address = await app.listen({ host: deps.host, port: deps.port })
  const { port } = new URL(address)
  origins = allowedOrigins({ publicUrl, host: deps.host, port: Number(port), origins: deps.origins })

  return {
    address,
    async close() {
      closing = true
      await Promise.all([...sockets].map(socket => socket.goaway('the server is stopping', limits.closeMs)))
      for (const socket of sockets) socket.terminate()
      const force = setTimeout(() => lines.forEach(line => line.destroy()), 1000)
      await app.close()
      clearTimeout(force)
    }
  }
}

const safe = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store'
}
