import Type from 'typebox'
import { publicId } from '../../model/ids.ts'
import { ApiError } from '../errors.ts'
import { method } from '../method.ts'
import { Attachment } from '../objects.ts'
import { uploadName } from '../upload-name.ts'

const mostBytes = 128 * 1024

export const blobCreate = method({
  name: 'blob.create',
  summary: 'Uploads a small file, at most 128 KiB, for message.send. Larger ones are posted to /v1/blobs.',
  params: Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }), contentType: Type.String({ maxLength: 200, pattern: '^[\\w!#$&^.+-]+/[\\w!#$&^.+-]+$', description: 'type/subtype' }), base64: Type.String({ maxLength: 180000, pattern: '^[A-Za-z0-9+/]*={0,2}$' }) }),
  result: Attachment,
  errors: [],
  example: { params: { name: 'note.txt', contentType: 'text/plain', base64: 'SGVsbG8=' }, result: { id: 'b7', name: 'note.txt', contentType: 'text/plain', size: 5, inline: false } },
  async handle({ userId, rooms }, { name, contentType, base64 }) {
    if (base64.length % 4 > 0) throw new ApiError('invalid_params', 'blob.create: params.base64 is not whole: its length must be a multiple of four, filled up with =')
    const content = Buffer.from(base64, 'base64')
    if (content.length > mostBytes) throw new ApiError('too_large', `blob.create takes at most ${mostBytes} bytes: post this file to /v1/blobs`)
    const file = { name: uploadName(name), contentType }
    const id = await rooms.upload(userId, { ...file, content })
    return { id: publicId('blob', id), ...file, size: content.length, inline: false }
  }
})
