import Type from 'typebox'
import type { Static } from 'typebox'
import { logBounds } from '../store/events.ts'
import { findLogin, loginById } from '../store/logins.ts'
import type { Store } from '../store/store.ts'
import { ApiError } from './errors.ts'
import type { Limits } from './limits.ts'
import { Id, Time } from './objects.ts'
import type { Holder, Tickets } from './tickets.ts'

export const protocolName = 'kinbox.v1'

const Text = (max: number) => Type.String({ minLength: 1, maxLength: max })

export const HelloParams = Type.Object({
  protocol: Text(40),
  client: Type.Object({ name: Text(100), version: Type.Optional(Text(40)), deviceId: Type.Optional(Text(100)) }),
  auth: Type.Optional(Type.Object({ ticket: Type.Optional(Text(200)), token: Type.Optional(Text(200)) }, { description: 'one of both; absent where the upgrade carried Authorization: Bearer' })),
  resume: Type.Optional(Type.Object({ logId: Text(100), seq: Type.Integer({ minimum: 0 }) }))
})
export type HelloParams = Static<typeof HelloParams>

export const HelloResult = Type.Object({
  sessionId: Type.String({ description: 'this socket' }),
  userId: Id,
  logId: Type.String(),
  head: Type.Integer({ description: 'the last seq of the log' }),
  floor: Type.Integer({ description: 'the last seq that was pruned' }),
  resume: Type.Enum(['live', 'replaying', 'snapshot_required']),
  reason: Type.Optional(Type.Enum(['cursor_too_old', 'cursor_ahead', 'log_changed'])),
  capabilities: Type.Array(Type.String()),
  limits: Type.Object({ frameBytesIn: Type.Integer(), frameBytesOut: Type.Integer(), depth: Type.Integer(), inFlight: Type.Integer(), heartbeatMs: Type.Integer(), uploadBytes: Type.Integer() }),
  serverTime: Time
})
export type HelloResult = Static<typeof HelloResult>

export const capabilities = ['signals', 'subscriptions', 'blobs']

/**
 * Who says hello: by ticket, by token, or by the token that the upgrade carried (`bearer`). A cookie is never looked at.
 * Throws ApiError unauthenticated; what it says is the same for unknown, expired and revoked.
 */
export async function authenticate(deps: { store: Store, tickets: Tickets, clock: { now(): number } }, auth: HelloParams['auth'], bearer: string | null): Promise<Holder> {
  const { ticket, token } = auth ?? {}
  if (ticket !== undefined && token !== undefined) throw new ApiError('invalid_params', 'session.hello: params.auth takes a ticket or a token, not both')
  const now = deps.clock.now()
  if (ticket !== undefined) {
    const holder = deps.tickets.redeem(ticket)
    if (!holder || !await deps.store.read(tx => loginById(tx, holder.loginId, now))) throw new ApiError('unauthenticated', 'the ticket is unknown, used or expired; get another from POST /v1/ws-ticket')
    return holder
  }
  const secret = token ?? bearer
  if (!secret) throw new ApiError('unauthenticated', 'session.hello needs auth: a token (kinbox token create) or a ticket (POST /v1/ws-ticket)')
  const login = await deps.store.read(tx => findLogin(tx, secret, now))
  // A browser's session lives in a cookie that no script can read: it opens sockets by tickets only.
  if (login?.kind !== 'token') throw new ApiError('unauthenticated', 'the token is unknown, expired or revoked; make another with: kinbox token create')
  return { userId: login.userId, loginId: login.id }
}

export type Position = Pick<HelloResult, 'head' | 'floor' | 'resume' | 'reason'> & { cursor: number, caughtUpAt: number | null }

/** Where in the log the stream begins. Without `resume` it begins at the head, for a client that fetches its windows next. */
export async function position(store: Store, userId: number, resume: HelloParams['resume']): Promise<Position> {
  const { head, floor } = await store.read(tx => logBounds(tx, userId))
  const fresh = { head, floor, cursor: head, caughtUpAt: null }
  if (!resume) return { ...fresh, resume: 'live' }
  if (resume.logId !== store.logId) return { ...fresh, resume: 'snapshot_required', reason: 'log_changed' }
  if (resume.seq > head) return { ...fresh, resume: 'snapshot_required', reason: 'cursor_ahead' }
  if (resume.seq < floor) return { ...fresh, resume: 'snapshot_required', reason: 'cursor_too_old' }
  if (resume.seq === head) return { ...fresh, resume: 'live' }
  return { head, floor, resume: 'replaying', cursor: resume.seq, caughtUpAt: head }
}

/** The limits that a client has to know. */
export function told({ frameBytesIn, frameBytesOut, depth, inFlight, heartbeatMs, uploadBytes }: Limits): HelloResult['limits'] {
  return { frameBytesIn, frameBytesOut, depth, inFlight, heartbeatMs, uploadBytes }
}
