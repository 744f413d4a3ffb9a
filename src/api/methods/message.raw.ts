import Type from 'typebox'
import { getBody } from '../../store/messages.ts'
import { ownMessage } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'
import { rawBlob } from '../present/message.ts'

export const messageRaw = method({
  name: 'message.raw',
  summary: 'The bytes of a message as they came, as a blob: blob.url makes a link to it. null for what was written here and has none.',
  params: Type.Object({ id: Id }),
  result: Type.Object({ blobId: Type.Union([Id, Type.Null()]) }),
  errors: ['not_found'],
  example: { params: { id: 'm12' }, result: { blobId: 'r12' } },
  handle: ({ store, userId }, { id }) => store.read((tx) => {
    const message = ownMessage(tx, userId, id)
    return { blobId: getBody(tx, message.id).rawDigest === null ? null : rawBlob(message.id) }
  })
})
