import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiError } from './errors.ts'
import type { Rooms } from './rooms.ts'

/**
 * Webhooks of connectors: whatever comes under /hooks/<secret>, as bytes. The connector verifies it. `url` is made of the
 * configured public URL and the path, never of Host, because signatures are made over it.
 */
export function hookRoutes(app: FastifyInstance, { publicUrl, rooms, maxBytes }: { publicUrl: () => string, rooms: Pick<Rooms, 'webhook'>, maxBytes: number }): void {
  void app.register(async hooks => {
    hooks.removeAllContentTypeParsers()
    hooks.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxBytes }, (_request, body, done) => done(null, body))
    const answer = async (request: FastifyRequest<{ Params: { secret: string } }>) => {
      const { method, headers, body } = request
      return rooms.webhook(request.params.secret, {
        method,
        url: publicUrl().replace(/\/$/, '') + request.raw.url,
        headers: Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))),
        body: Buffer.isBuffer(body) ? body : Buffer.alloc(0)
      })
    }
    for (const url of ['/hooks/:secret', '/hooks/:secret/*']) {
      hooks.route<{ Params: { secret: string } }>({
        method: ['GET', 'POST'],
        url,
        exposeHeadRoute: false,
        async handler(request, reply) {
          const found = await answer(request)
          if (!found) throw new ApiError('not_found', 'there is no such webhook')
          return reply.code(found.status).headers(found.headers ?? {}).send(found.body ?? '')
        }
      })
    }
  })
}
