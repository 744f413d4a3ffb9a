import type { FastifyInstance } from 'fastify'
import type { Store } from '../store/store.ts'
import type { Clock } from '../model/ports.ts'
import type { Metrics } from './metrics.ts'
import { touch } from '../store/writable.ts'

type Deps = { store: Store, clock: Clock, metrics: Metrics, checkEveryMs?: number, closing(): boolean }

/**
 * /livez: the process answers. /readyz: the database can be written, tried at most each 5 s; pragmas and migrations were
 * checked when the store opened, which refuses otherwise. /metrics: Prometheus.
 */
export function healthRoutes(app: FastifyInstance, { store, clock, metrics, closing, checkEveryMs = 5000 }: Deps): void {
  let checkedAt = -Infinity
  let check: Promise<string | null> = Promise.resolve(null)
  const trouble = () => {
    if (clock.now() - checkedAt >= checkEveryMs || clock.now() < checkedAt) {
      checkedAt = clock.now()
      check = store.hot(touch).then(() => null, (error: unknown) => store.trouble ?? String(error))
    }
    return check
  }
  app.get('/livez', () => ({ status: 'alive' }))
  app.get('/readyz', async (_request, reply) => {
    const why = closing() ? 'the server is stopping' : store.trouble ?? await trouble()
    return reply.code(why ? 503 : 200).send(why ? { status: 'not ready', why } : { status: 'ready' })
  })
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()))
}
