import Type from 'typebox'
import { method } from '../method.ts'

export const accountDiscover = method({
  name: 'account.discover',
  summary: 'Settings to try for an address, best first. The password is for the user to add.',
  params: Type.Object({ kind: Type.String({ maxLength: 64 }), address: Type.String({ minLength: 1, maxLength: 320 }) }),
  result: Type.Object({ items: Type.Array(Type.Unknown()) }),
  errors: [],
  example: { params: { kind: 'email', address: 'ada@example.org' }, result: { items: [{ address: 'ada@example.org' }] } },
  handle: async ({ rooms }, { kind, address }) => ({ items: await rooms.accounts.discover(kind, address) })
})
