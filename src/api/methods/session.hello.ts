import { ApiError } from '../errors.ts'
import { HelloParams, HelloResult, capabilities } from '../hello.ts'
import { method } from '../method.ts'

/** In the registry for its schemas and docs. The socket itself answers the first one (socket.ts); what arrives here is a second. */
export const sessionHello = method({
  name: 'session.hello',
  summary: 'Says who connects, and where in the log it stands. It is the first request of a socket and comes within 10 seconds.',
  params: HelloParams,
  result: HelloResult,
  errors: ['conflict'],
  example: {
    params: { protocol: 'kinbox.v1', client: { name: 'example', version: '1.0.0' }, auth: { token: 'kbx_…' }, resume: { logId: 'Hq0dZk3v', seq: 41 } },
    result: {
      sessionId: 'b2Jwx1Qk9aZt', userId: 'u1', logId: 'Hq0dZk3v', head: 42, floor: 0, resume: 'replaying', capabilities,
      limits: { frameBytesIn: 262144, frameBytesOut: 1048576, depth: 32, inFlight: 64, heartbeatMs: 25000, uploadBytes: 52428800 },
      serverTime: '2026-05-03T10:00:00.000Z'
    }
  },
  handle() {
    throw new ApiError('conflict', 'session.hello was answered already; open another socket to change who you are')
  }
})
