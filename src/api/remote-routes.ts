import type { FastifyInstance } from 'fastify'
import { ApiError } from './errors.ts'
import { embeddable } from './blob-routes.ts'
import { fetchPicture, RemoteRefused } from './remote-fetch.ts'
import type { RemoteOptions } from './remote-fetch.ts'
import type { RemoteUrls } from './remote-urls.ts'

const atOnce = 12

/** Pictures of other servers, by signed links only (docs/html-mail.md). So many at once are fetched; others wait their turn. */
export function remoteRoutes(app: FastifyInstance, { urls, options }: { urls: RemoteUrls, options: RemoteOptions }): void {
  const waiting: (() => void)[] = []
  let running = 0
  const turn = async () => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
  }
  const over = () => {
    const next = waiting.shift()
    if (next) next()
    else running--
  }

  app.get<{ Querystring: Record<string, string> }>('/v1/remote', { exposeHeadRoute: false }, async (request, reply) => {
    const asked = urls.verify(request.query)
    if (asked === null) throw new ApiError('forbidden', 'this link is wrong or has expired; read the mail again for another')
    await turn()
    try {
      const { contentType, bytes } = await fetchPicture(asked.url, options)
      return await reply.headers({ ...embeddable, 'content-type': contentType, 'cache-control': 'private, no-store' }).send(bytes)
    } catch (error) {
      if (error instanceof RemoteRefused) throw new ApiError('not_found', `this picture was not fetched: ${error.message}`)
      throw error
    } finally {
      over()
    }
  })
}
