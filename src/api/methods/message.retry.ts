import Type from 'typebox'
import { idOf, ownMessage } from '../find.ts'
import { method } from '../method.ts'
import { Id, Message } from '../objects.ts'
import { messageOf } from '../present/message.ts'
import { sentExample } from '../examples.ts'

export const messageRetry = method({
  name: 'message.retry',
  summary: 'Sends again what failed or is uncertain, with the same ids, so that a network that has it can tell.',
  params: Type.Object({ id: Id }),
  result: Message,
  errors: ['not_found', 'conflict'],
  example: { params: { id: 'm13' }, result: sentExample },
  orderBy: ({ id }) => id,
  async handle({ store, userId, rooms }, { id }) {
    await rooms.retry(userId, idOf('message', id))
    return store.read((tx) => messageOf(tx, userId, ownMessage(tx, userId, id)))
  }
})
