import Type from 'typebox'
import { method } from '../method.ts'

export const accountKinds = method({
  name: 'account.kinds',
  summary: 'The networks that can be connected, each with the JSON Schema of its settings: fields with `secret: true` are never told again.',
  params: Type.Object({}),
  result: Type.Object({ items: Type.Array(Type.Object({ kind: Type.String(), title: Type.String(), channel: Type.String(), reaches: Type.Array(Type.String()), settings: Type.Unknown() })) }),
  errors: [],
  example: { params: {}, result: { items: [{ kind: 'email', title: 'E-mail', channel: 'email', reaches: ['email'], settings: { type: 'object' } }] } },
  handle: async ({ rooms }) => ({ items: (await rooms.accounts.kinds()).map((one) => ({ ...one, reaches: [...one.reaches] })) })
})
