import Type from 'typebox'
import { revoke } from '../logins.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

export const tokenRevoke = method({
  name: 'token.revoke',
  summary: 'Ends a token. Its sockets close with 4410.',
  params: Type.Object({ id: Id }),
  result: Type.Object({}),
  errors: ['not_found'],
  example: { params: { id: 's2' }, result: {} },
  async handle(ctx, { id }) {
    await revoke(ctx, id, ['token'])
    return {}
  }
})
