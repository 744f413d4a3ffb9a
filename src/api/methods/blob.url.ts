import Type from 'typebox'
import { method } from '../method.ts'
import { missing } from '../find.ts'
import { Id, Time } from '../objects.ts'
import { rfc3339 } from '../time.ts'

export const blobUrl = method({
  name: 'blob.url',
  summary: 'A link to a blob for a few minutes: an attachment, an upload, the bytes or the HTML of a message. It is answered as a download, never shown in place.',
  params: Type.Object({ id: Id }),
  result: Type.Object({ path: Type.String({ description: 'relative to the server\'s address' }), expiresAt: Time }),
  errors: ['not_found'],
  example: { params: { id: 'b7' }, result: { path: '/v1/blobs/b7?u=u1&e=1777802700000&s=k3J', expiresAt: '2026-05-03T10:05:00.000Z' } },
  async handle({ userId, rooms }, { id }) {
    if (!await rooms.blobExists(userId, id)) return missing('blob')
    const { path, expiresAt } = rooms.blobUrl(userId, id)
    return { path, expiresAt: rfc3339(expiresAt) }
  }
})
