import type { Method } from './method.ts'
import { sessionPing } from './methods/session.ping.ts'

/** Every method of the API. The docs, rpc.discover and the tests read this list. */
export const methods: readonly Method[] = [
  sessionPing
]
