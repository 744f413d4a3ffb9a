import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { checker } from '../model/checker.ts'
import { addUser, listUsers, UserError } from '../store/users.ts'
import { sameSite, startSession } from './browser.ts'
import type { BrowserDeps } from './browser.ts'
import type { DoorCodes } from './door-codes.ts'
import { ApiError } from './errors.ts'

export type SetupDeps = BrowserDeps & { codes: DoorCodes }

const Code = Type.String({ minLength: 1, maxLength: 100 })
const firstUser = checker(Type.Object({ code: Code, name: Type.String({ minLength: 1, maxLength: 200 }), password: Type.String({ minLength: 1, maxLength: 1024 }) }, { additionalProperties: false }))
const entry = checker(Type.Object({ code: Code }, { additionalProperties: false }))

/**
 * GET /v1/setup: whether there is no user yet. POST /v1/setup makes the first one and logs them in; POST /v1/enter logs in by a
 * one-time code. Both need a code from the server's own terminal, from loopback too: behind a proxy everybody comes from there.
 */
export function setupRoutes(app: FastifyInstance, deps: SetupDeps): void {
  const { store, clock, codes } = deps
  const empty = () => store.read((tx) => listUsers(tx).length === 0)

  /** What the code opens; throws ApiError for a wrong one, or after too many. */
  function opened(code: string, address: string) {
    // By address alone: nobody elsewhere can keep the owner out by guessing, and nobody guesses 60 bits.
    const name = `\0code ${address}`
    const wait = deps.throttle.attempt(name, address)
    if (wait > 0) throw new ApiError('rate_limited', `too many attempts; wait ${Math.ceil(wait / 1000)} s`, undefined, wait)
    const opens = codes.look(code)
    if (!opens) throw new ApiError('unauthenticated', 'this code is wrong, used or expired; the terminal in which Kinbox runs shows a new one at each start')
    deps.throttle.succeeded(name)
    return opens
  }

  app.get('/v1/setup', async () => ({ needed: await empty() }))

  app.post('/v1/setup', async (request, reply) => {
    sameSite(deps, request, { required: true })
    const { body } = request
    if (!firstUser.accepts(body)) throw new ApiError('invalid_params', 'POST /v1/setup takes JSON: {"code": "…", "name": "…", "password": "…"}')
    if (!await empty()) throw new ApiError('conflict', 'this server has a user already; log in, or let its operator make another: kinbox user add NAME')
    if (!('firstUser' in opened(body.code, request.ip))) throw new ApiError('unauthenticated', 'this code is for logging in, not for making a user')
    const userId = await addUser(store, { name: body.name, password: body.password }, clock, { first: true }).catch((error: unknown) => {
      throw error instanceof UserError ? new ApiError('invalid_params', error.message) : error
    })
    codes.spend(body.code)
    return startSession(deps, request, reply, userId)
  })

  app.post('/v1/enter', async (request, reply) => {
    sameSite(deps, request, { required: true })
    const { body } = request
    if (!entry.accepts(body)) throw new ApiError('invalid_params', 'POST /v1/enter takes JSON: {"code": "…"}')
    const opens = opened(body.code, request.ip)
    if (!('userId' in opens)) throw new ApiError('unauthenticated', 'this code makes the first user; it logs nobody in')
    codes.spend(body.code)
    return startSession(deps, request, reply, opens.userId)
  })
}
