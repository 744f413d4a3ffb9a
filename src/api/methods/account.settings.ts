import Type from 'typebox'
import { idOf } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

export const accountSettings = method({
  name: 'account.settings',
  summary: 'The settings of an account as account.put takes them, without its secrets: `secrets` names those that are kept. Left out in account.put, they stay.',
  params: Type.Object({ id: Id }),
  result: Type.Object({ kind: Type.String(), settings: Type.Unknown(), secrets: Type.Array(Type.String()) }),
  errors: ['not_found'],
  example: { params: { id: 'a1' }, result: { kind: 'email', settings: { address: 'ada@example.org' }, secrets: ['password'] } },
  handle: ({ userId, rooms }, { id }) => rooms.accounts.settings(userId, idOf('account', id))
})
