import Type from 'typebox'
import { publicId } from '../../model/ids.ts'
import { method } from '../method.ts'
import { Attachment } from '../objects.ts'

export const blobCreate = method({
  name: 'blob.create',
  summary: 'Uploads a small file, at most 128 KiB, for message.send. Larger ones are posted to /v1/blobs.',
  params: Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }), contentType: Type.String({ maxLength: 200, pattern: '^[\\w!#$&^.+-]+/[\\w!#$&^.+-]+$', description: 'type/subtype' }), base64: Type.String({ maxLength: 180000, pattern: '^[A-Za-z0-9+/]*={0,2}$' }) }),
  result: Attachment,
  errors: [],
  example: { params: { name: 'note.txt', contentType: 'text/plain', base64: 'SGVsbG8=' }, result: { id: 'b7', name: 'note.txt', contentType: 'text/plain', size: 5, inline: false } },
  async handle({ userId, rooms }, { name, contentType, base64 }) {
    const content = Buffer.from(base64, 'base64')
    const id = await rooms.upload(userId, { name: name.replace(/[/\\\p{Cc}]/gu, '_'), contentType, content })
    return { id: publicId('blob', id), name: name.replace(/[/\\\p{Cc}]/gu, '_'), contentType, size: content.length, inline: false }
  }
})
