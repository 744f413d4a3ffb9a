import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { publicId } from '../model/ids.ts'
import { createLogin, findLogin, revokeLogin } from '../store/logins.ts'
import type { Store } from '../store/store.ts'
import { checkPassword } from '../store/users.ts'
import { checker } from '../model/checker.ts'
import type { Clock } from '../model/ports.ts'
import { ApiError } from './errors.ts'
import type { Limits } from './limits.ts'
import { originAllowed } from './origins.ts'
import type { Revocations } from './signals.ts'
import type { Holder, Tickets } from './tickets.ts'
import type { Throttle } from './throttle.ts'

export type BrowserDeps = {
  store: Store
  clock: Clock
  tickets: Tickets
  throttle: Throttle
  revocations: Revocations
  limits: Limits
  /** After a commit with events. */
  notify(userId: number): void
  origins: () => ReadonlySet<string>
  /** Whether browsers reach the server by https: then the cookie is Secure. */
  https: boolean
}

const sessionMs = 90 * 24 * 3600_000
const credentials = checker(Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }), password: Type.String({ minLength: 1, maxLength: 1024 }) }, { additionalProperties: false }))

/** The cookie's name. `__Host-` binds it to this very host (RFC 6265bis section 4.1.3.2); it needs https. */
export function cookieName(https: boolean): string {
  return https ? '__Host-kinbox' : 'kinbox'
}

/**
 * POST /v1/login, /v1/logout, /v1/ws-ticket: a page's session, and how it opens a socket. Pages of the origins that the operator has listed may read the
 * answers (the Fetch standard's CORS protocol); the cookie still goes along only where their site is this server's own (SameSite).
 */
export function browserRoutes(app: FastifyInstance, deps: BrowserDeps): void {
  const { store, clock, https, notify } = deps
  const shared = {
    onRequest: async ({ headers: { origin } }: FastifyRequest, reply: FastifyReply) => {
      if (origin !== undefined && originAllowed(deps.origins(), origin)) reply.headers({ 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true', vary: 'origin' })
    }
  }

  // Before it sends JSON, a browser asks whether that page may.
  app.options('/v1/login', shared, async (request, reply) => {
    sameSite(deps, request, { required: true })
    return reply.code(204).headers({ 'access-control-allow-methods': 'POST', 'access-control-allow-headers': 'content-type', 'access-control-max-age': '600' }).send()
  })
  app.post('/v1/login', shared, async (request, reply) => {
    sameSite(deps, request, { required: false })
    const { body } = request
    if (!credentials.accepts(body)) throw new ApiError('invalid_params', 'POST /v1/login takes JSON: {"name": "…", "password": "…"}')
    const wait = deps.throttle.attempt(body.name, request.ip)
    if (wait > 0) throw new ApiError('rate_limited', `too many attempts to log in; wait ${Math.ceil(wait / 1000)} s`, undefined, wait)
    const userId = await checkPassword(store, body.name, body.password)
    if (userId === null) throw new ApiError('unauthenticated', 'name or password is wrong')
    deps.throttle.succeeded(body.name)
    return startSession(deps, request, reply, userId)
  })

  app.post('/v1/logout', shared, async (request, reply) => {
    const { loginId, userId } = await cookieHolder(deps, request)
    await revokeLogin(store, { userId, id: loginId }, clock, notify)
    deps.revocations.publish(loginId, null)
    reply.clearCookie(cookieName(https), cookie(https))
    return {}
  })

  app.post('/v1/ws-ticket', shared, async request => ({ ticket: deps.tickets.issue(await cookieHolder(deps, request)), expiresInMs: deps.limits.ticketMs }))
}

const cookie = (https: boolean) => ({ path: '/', httpOnly: true, sameSite: 'strict', secure: https } as const)

/** Makes a session for a user who has shown who they are, and gives it to the browser as its cookie. */
export async function startSession({ store, clock, notify, https }: BrowserDeps, request: FastifyRequest, reply: FastifyReply, userId: number): Promise<{ userId: string, sessionId: string }> {
  const { id, secret } = await createLogin(store, { userId, kind: 'session', name: agent(request), expiresAt: clock.now() + sessionMs }, clock, notify)
  reply.setCookie(cookieName(https), secret, { ...cookie(https), maxAge: sessionMs / 1000 })
  return { userId: publicId('user', userId), sessionId: publicId('session', id) }
}

/** Whose cookie it is. The Origin must be there: a cookie goes along with requests that its owner did not make. Throws ApiError. */
export async function cookieHolder(deps: Pick<BrowserDeps, 'store' | 'clock' | 'origins' | 'https'>, request: FastifyRequest): Promise<Holder> {
  sameSite(deps, request, { required: true })
  const secret = request.cookies[cookieName(deps.https)]
  const login = secret ? await deps.store.read(tx => findLogin(tx, secret, deps.clock.now())) : null
  if (login?.kind !== 'session') throw new ApiError('unauthenticated', 'there is no session, or it has ended; log in by POST /v1/login')
  return { userId: login.userId, loginId: login.id }
}

/** Throws ApiError for a page of another site; `required`: also where no Origin is told. */
export function sameSite(deps: Pick<BrowserDeps, 'origins'>, request: FastifyRequest, { required }: { required: boolean }): void {
  const { origin } = request.headers
  if (required && origin === undefined) throw new ApiError('forbidden', 'a request with a cookie needs an Origin header; other clients use a token')
  if (!originAllowed(deps.origins(), origin)) throw new ApiError('forbidden', 'this origin is not listed; the operator adds it to the options')
}

/** What the user sees in the list of sessions. */
function agent(request: FastifyRequest): string {
  return (request.headers['user-agent'] ?? 'a browser').replace(/[^\x20-\x7e]/g, '').slice(0, 120)
}

/** HTTP status of an error (RFC 9110 section 15), for the routes beside the socket. */
export function sendError(reply: FastifyReply, error: ApiError): FastifyReply {
  if (error.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(error.retryAfterMs / 1000))
  return reply.code(statuses[error.kind] ?? 500).send({ error: { kind: error.kind, message: error.message } })
}

const statuses: Partial<Record<ApiError['kind'], number>> = {
  invalid_request: 400, invalid_params: 400, unauthenticated: 401, forbidden: 403, not_found: 404, conflict: 409, too_large: 413, rate_limited: 429, read_only: 503, account_unavailable: 503
}
