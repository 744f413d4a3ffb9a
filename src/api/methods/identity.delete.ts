import Type from 'typebox'
import { deleteIdentity } from '../../store/identities.ts'
import { idOf } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

export const identityDelete = method({
  name: 'identity.delete',
  summary: 'Takes an address that no account carries from the user\'s own.',
  params: Type.Object({ id: Id }),
  result: Type.Object({}),
  errors: ['not_found', 'conflict'],
  example: { params: { id: 'i2' }, result: {} },
  async handle({ store, clock, wakeup, userId }, { id }) {
    await deleteIdentity({ store, clock, notify: (user) => wakeup.notify(user) }, userId, idOf('identity', id))
    return {}
  }
})
