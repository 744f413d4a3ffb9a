import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Blobs } from '../blobs/blobs.ts'
import { BlobTooLarge } from '../blobs/blobs.ts'
import { publicId } from '../model/ids.ts'
import { insertAttachment } from '../store/attachments.ts'
import { findLogin } from '../store/logins.ts'
import { bearerOf } from './bearer.ts'
import { uploadName } from './upload-name.ts'
import type { BlobUrls } from './blob-urls.ts'
import { cookieHolder } from './browser.ts'
import type { BrowserDeps } from './browser.ts'
import { ApiError } from './errors.ts'
import type { Rooms } from './rooms.ts'
import type { Holder } from './tickets.ts'

export type BlobDeps = BrowserDeps & { blobs: Blobs, urls: BlobUrls, rooms: Pick<Rooms, 'download'> }

/** Upload (with a token, or a page's cookie and Origin) and download by signed URL. */
export function blobRoutes(app: FastifyInstance, deps: BlobDeps): void {
  const { store, blobs, clock, limits } = deps

  void app.register(async uploads => {
    // The body is never parsed: it streams into the blob store, whatever it is.
    uploads.removeAllContentTypeParsers()
    uploads.addContentTypeParser('*', (_request, _payload, done) => done(null))
    uploads.post('/v1/blobs', { bodyLimit: Number.MAX_SAFE_INTEGER }, async request => {
      const { userId } = await uploader(deps, request)
      if (Number(request.headers['content-length'] ?? 0) > limits.uploadBytes) throw new ApiError('too_large', `an upload has at most ${limits.uploadBytes} bytes`)
      const name = fileName(request.headers['x-filename'])
      const contentType = mediaType(request.headers['content-type'])
      const { digest, size } = await blobs.putStream(request.raw, limits.uploadBytes).catch((error: unknown) => {
        if (error instanceof BlobTooLarge) throw new ApiError('too_large', error.message)
        throw error
      })
      await blobs.sync()
      const id = await store.hot(tx => insertAttachment(tx, userId, { messageId: null, digest, name, contentType, size, inline: false, contentId: null }, clock.now()))
      return { id: publicId('blob', id), name, contentType, size }
    })
  })

  // HEAD is here, too: the one that comes with a GET says of each file that it is empty.
  app.route<{ Params: { id: string }, Querystring: Record<string, string> }>({ method: ['GET', 'HEAD'], url: '/v1/blobs/:id', exposeHeadRoute: false, handler: async (request, reply) => {
    const userId = deps.urls.verify(request.params.id, request.query)
    if (userId === null) throw new ApiError('forbidden', 'this link is wrong or has expired; ask for another with blob.url')
    const found = await deps.rooms.download(userId, request.params.id)
    if (!found) throw new ApiError('not_found', 'there is no such blob')
    const { name, contentType, size } = found
    const part = partOf(request.headers.range, size)
    reply.headers({ ...embeddable, 'content-type': mediaType(contentType), 'content-disposition': disposition(name), 'cache-control': 'private, no-store', 'accept-ranges': 'bytes' })
    if (part === 'none') return reply.code(416).header('content-range', `bytes */${size}`).send()
    reply.header('content-length', part ? part.end - part.start + 1 : size)
    if (part) reply.code(206).header('content-range', `bytes ${part.start}-${part.end}/${size}`)
    return reply.send(request.method === 'HEAD' ? undefined : found.open(part ?? undefined))
  } })
}

/**
 * On everything that is handed out by a signed link. Whatever it is, opened by itself it may do nothing; the frame of a mail, which
 * has no origin, may show it.
 */
export const embeddable = {
  'content-security-policy': "sandbox; default-src 'none'",
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'cross-origin'
}

/** The one part of a file that is asked for (RFC 9110 section 14.2), as players of sound and film do; null: all of it, 'none': it has no such part. */
export function partOf(range: string | undefined, size: number): { start: number, end: number } | 'none' | null {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range ?? '') ?? []
  if (from === undefined || to === undefined || from === '' && to === '' || from !== '' && to !== '' && Number(to) < Number(from)) return null
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  return start > end ? 'none' : { start, end }
}

async function uploader(deps: BlobDeps, request: FastifyRequest): Promise<Holder> {
  const token = bearerOf(request.headers.authorization)
  if (!token) return cookieHolder(deps, request)
  const login = await deps.store.read(tx => findLogin(tx, token, deps.clock.now()))
  if (login?.kind !== 'token') throw new ApiError('unauthenticated', 'the token is unknown, expired or revoked')
  return { userId: login.userId, loginId: login.id }
}

/** From the header X-Filename, percent-encoded UTF-8. */
function fileName(header: string | string[] | undefined): string {
  let text = typeof header === 'string' ? header : ''
  try {
    text = decodeURIComponent(text)
  } catch {
    throw new ApiError('invalid_params', 'X-Filename must be percent-encoded UTF-8')
  }
  return uploadName(text)
}

function mediaType(text: string | undefined): string {
  return text && text.length <= 200 && /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;\s*[\w-]+=(?:[\w!#$&^.+'-]+|"[\w !#$&^.+'-]*"))*$/.test(text) ? text : 'application/octet-stream'
}

/** RFC 6266 section 4.3: never shown in place, whatever it is. */
function disposition(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const utf8 = encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, character => '%' + character.charCodeAt(0).toString(16).toUpperCase())
  return `attachment; filename="${ascii}"; filename*=UTF-8''${utf8}`
}
