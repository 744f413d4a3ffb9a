import Type from 'typebox'
import { method } from '../method.ts'
import { rfc3339 } from '../time.ts'
import { Time } from '../objects.ts'

export const sessionPing = method({
  name: 'session.ping',
  summary: 'Says that both sides are alive, and the seq of the last durable event sent on this stream: a client that has seen less has missed something and reconnects.',
  params: Type.Object({}),
  result: Type.Object({ serverTime: Time, seq: Type.Integer() }),
  errors: [],
  example: { params: {}, result: { serverTime: '2026-05-03T10:00:00.000Z', seq: 42 } },
  handle: ctx => ({ serverTime: rfc3339(ctx.clock.now()), seq: ctx.connection.lastSent })
})
