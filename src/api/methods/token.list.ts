import Type from 'typebox'
import { listed } from '../logins.ts'
import { method } from '../method.ts'
import { Login } from '../objects.ts'

export const tokenList = method({
  name: 'token.list',
  summary: 'The tokens that are good now, newest first; never their secrets.',
  params: Type.Object({}),
  result: Type.Object({ items: Type.Array(Login) }),
  errors: [],
  example: {
    params: {},
    result: { items: [{ id: 's2', kind: 'token', name: 'laptop', createdAt: '2026-05-03T10:00:00.000Z', usedAt: null, expiresAt: null, current: false }] }
  },
  handle: async ctx => ({ items: await listed(ctx, ['token']) })
})
