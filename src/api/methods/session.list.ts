import Type from 'typebox'
import { listed } from '../logins.ts'
import { method } from '../method.ts'
import { Login } from '../objects.ts'

export const sessionList = method({
  name: 'session.list',
  summary: 'Where the user is logged in: browser sessions and tokens that are good now, newest first.',
  params: Type.Object({}),
  result: Type.Object({ items: Type.Array(Login) }),
  errors: [],
  example: {
    params: {},
    result: { items: [{ id: 's3', kind: 'session', name: 'Firefox', createdAt: '2026-05-03T10:00:00.000Z', usedAt: null, expiresAt: '2026-08-01T10:00:00.000Z', current: true }] }
  },
  handle: async ctx => ({ items: await listed(ctx, ['session', 'token']) })
})
