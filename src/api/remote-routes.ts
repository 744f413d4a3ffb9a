import type { FastifyInstance } from 'fastify'
import { ApiError } from './errors.ts'
import { embeddable } from './blob-routes.ts'
import { fetchPicture, RemoteRefused } from './remote-fetch.ts'
import type { RemoteOptions } from './remote-fetch.ts'
import { openTurns, TooBusy } from './remote-turns.ts'
import type { TurnLimits } from './remote-turns.ts'
import type { RemoteUrls } from './remote-urls.ts'

/** Pictures of other servers, by signed links only (docs/html-mail.md). So many at once are fetched for each user and from each host; others wait their turn, not for long. */
export function remoteRoutes(app: FastifyInstance, { urls, options, limits }: { urls: RemoteUrls, options: RemoteOptions, limits?: TurnLimits }): void {
  const turns = openTurns(limits)

  app.get<{ Querystring: Record<string, string> }>('/v1/remote', { exposeHeadRoute: false }, async (request, reply) => {
    const asked = urls.verify(request.query)
    if (asked === null) throw new ApiError('forbidden', 'this link is wrong or has expired; read the mail again for another')
    const left = new AbortController()
    reply.raw.once('close', () => left.abort())
    let over = () => {}
    try {
      over = await turns.take({ userId: asked.userId, host: URL.canParse(asked.url) ? new URL(asked.url).host : '', ended: left.signal })
      const { contentType, bytes } = await fetchPicture(asked.url, { ...options, ended: left.signal })
      return await reply.headers({ ...embeddable, 'content-type': contentType, 'cache-control': 'private, no-store' }).send(bytes)
    } catch (error) {
      if (error instanceof TooBusy) throw new ApiError('rate_limited', `this picture was not fetched: ${error.message}; ask again in a moment`, undefined, error.retryAfterMs)
      if (error instanceof RemoteRefused) throw new ApiError('not_found', `this picture was not fetched: ${error.message}`)
      throw error
    } finally {
      over()
    }
  })
}
