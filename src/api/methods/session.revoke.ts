import Type from 'typebox'
import { revoke } from '../logins.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

export const sessionRevoke = method({
  name: 'session.revoke',
  summary: 'Ends a browser session or a token. Its sockets close with 4410, also the one that asks.',
  params: Type.Object({ id: Id }),
  result: Type.Object({}),
  errors: ['not_found'],
  example: { params: { id: 's3' }, result: {} },
  async handle(ctx, { id }) {
    await revoke(ctx, id, ['session', 'token'])
    return {}
  }
})
