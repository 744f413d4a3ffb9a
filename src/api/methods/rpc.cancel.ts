import Type from 'typebox'
import { method } from '../method.ts'

export const rpcCancel = method({
  name: 'rpc.cancel',
  summary: 'Asks to end a request that is in flight on this socket. It is answered with cancelled, unless it was done already.',
  params: Type.Object({ id: Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Integer()]) }),
  result: Type.Object({ cancelled: Type.Boolean({ description: 'false: there was none of that id in flight' }) }),
  errors: [],
  example: { params: { id: 7 }, result: { cancelled: true } },
  handle: (ctx, { id }) => ({ cancelled: ctx.connection.cancel(id) })
})
