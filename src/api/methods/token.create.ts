import Type from 'typebox'
import { createLogin, getLogin } from '../../store/logins.ts'
import { ApiError } from '../errors.ts'
import { presentLogin } from '../logins.ts'
import { method } from '../method.ts'
import { Login, Time } from '../objects.ts'
import { timeOf } from '../time.ts'

export const tokenCreate = method({
  name: 'token.create',
  summary: 'Makes a token for a client. The answer is the only place that ever shows its secret.',
  params: Type.Object({ name: Type.String({ minLength: 1, maxLength: 100 }), expiresAt: Type.Optional(Time) }),
  result: Type.Object({ token: Type.String(), login: Login }),
  errors: [],
  example: {
    params: { name: 'laptop' },
    result: { token: 'kbx_…', login: { id: 's2', kind: 'token', name: 'laptop', createdAt: '2026-05-03T10:00:00.000Z', usedAt: null, expiresAt: null, current: false } }
  },
  async handle(ctx, { name, expiresAt }) {
    const until = expiresAt === undefined ? undefined : timeOf(expiresAt, 'params.expiresAt')
    if (until !== undefined && until <= ctx.clock.now()) throw new ApiError('invalid_params', 'token.create: params.expiresAt must be a time to come')
    const { id, secret } = await createLogin(ctx.store, { userId: ctx.userId, kind: 'token', name, ...(until === undefined ? {} : { expiresAt: until }) }, ctx.clock, userId => ctx.wakeup.notify(userId))
    const row = await ctx.store.read(tx => getLogin(tx, ctx.userId, id))
    return { token: secret, login: presentLogin(row!, ctx.loginId) }
  }
})
