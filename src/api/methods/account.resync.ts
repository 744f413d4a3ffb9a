import Type from 'typebox'
import { idOf } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

export const accountResync = method({
  name: 'account.resync',
  summary: 'Reads an account again from the beginning. What is known is recognised, so nothing comes twice.',
  params: Type.Object({ id: Id }),
  result: Type.Object({}),
  errors: ['not_found'],
  example: { params: { id: 'a1' }, result: {} },
  orderBy: ({ id }) => id,
  async handle({ userId, rooms }, { id }) {
    await rooms.accounts.resync(userId, idOf('account', id))
    return {}
  }
})
