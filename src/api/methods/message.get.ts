import Type from 'typebox'
import { getBody } from '../../store/messages.ts'
import { ownMessage } from '../find.ts'
import { method } from '../method.ts'
import { Id, Message } from '../objects.ts'
import { messageOf, originalOf } from '../present/message.ts'
import { messageExample } from '../examples.ts'

/** The answer stays under a frame of 1 MiB; the rest is in the bytes of the message (message.raw). */
const most = 262144

export const messageGet = method({
  name: 'message.get',
  summary: 'One message with its whole decoded text (`original`). What is over 256 KiB is cut there too; message.raw has all of it.',
  params: Type.Object({ id: Id }),
  result: Message,
  errors: ['not_found'],
  example: { params: { id: 'm12' }, result: { ...messageExample, original: messageExample.text } },
  handle: ({ store, userId }, { id }) => store.read((tx) => {
    const row = ownMessage(tx, userId, id)
    return { ...messageOf(tx, userId, row, most), original: originalOf(getBody(tx, row.id), most) }
  })
})
