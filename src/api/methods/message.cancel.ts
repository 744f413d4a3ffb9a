import Type from 'typebox'
import { idOf, ownMessage } from '../find.ts'
import { method } from '../method.ts'
import { Id, Message } from '../objects.ts'
import { messageOf } from '../present/message.ts'
import { sentAs } from '../examples.ts'

export const messageCancel = method({
  name: 'message.cancel',
  summary: 'Takes a message back that is still queued. What is on its way cannot be cancelled.',
  params: Type.Object({ id: Id }),
  result: Message,
  errors: ['not_found', 'conflict'],
  example: { params: { id: 'm13' }, result: sentAs('cancelled') },
  orderBy: ({ id }) => id,
  async handle({ store, userId, rooms }, { id }) {
    await rooms.cancel(userId, idOf('message', id))
    return store.read((tx) => messageOf(tx, userId, ownMessage(tx, userId, id)))
  }
})
