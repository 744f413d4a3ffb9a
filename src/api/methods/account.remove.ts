import Type from 'typebox'
import { idOf } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

export const accountRemove = method({
  name: 'account.remove',
  summary: 'Disconnects an account and forgets its settings. Its messages stay.',
  params: Type.Object({ id: Id }),
  result: Type.Object({}),
  errors: ['not_found'],
  example: { params: { id: 'a1' }, result: {} },
  orderBy: ({ id }) => id,
  async handle({ userId, rooms }, { id }) {
    await rooms.accounts.remove(userId, idOf('account', id))
    return {}
  }
})
