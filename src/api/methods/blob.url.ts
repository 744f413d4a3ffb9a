import Type from 'typebox'
import { method } from '../method.ts'
import { missing } from '../find.ts'
import { Id, Time } from '../objects.ts'
import { rfc3339 } from '../time.ts'

const playMs = 6 * 3_600_000

export const blobUrl = method({
  name: 'blob.url',
  summary: 'A link to a blob for a few minutes, for sound and film for hours: an attachment or upload, its small picture, the bytes of a message; a message\'s safe HTML (`h12`; with `p12` in its place also pictures of other servers have links, with `a12` only where the user has said so of whom it is verified to be from) and its style sheet (`s12`). Answered as a download, whole or a part of it (Range).',
  params: Type.Object({ id: Id }),
  result: Type.Object({ path: Type.String({ description: 'relative to the server\'s address' }), expiresAt: Time }),
  errors: ['not_found'],
  example: { params: { id: 'b7' }, result: { path: '/v1/blobs/b7?u=u1&e=1777802700000&s=k3J', expiresAt: '2026-05-03T10:05:00.000Z' } },
  async handle({ userId, rooms }, { id }) {
    const type = await rooms.blobType(userId, id)
    if (type === null) return missing('blob')
    // A player asks for the next part while it plays.
    const { path, expiresAt } = rooms.blobUrl(userId, id, /^(?:audio|video)\//.test(type) ? playMs : undefined)
    return { path, expiresAt: rfc3339(expiresAt) }
  }
})
