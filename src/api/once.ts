import { createHash } from 'node:crypto'
import { findClientWrite, insertClientWrite } from '../store/client-writes.ts'
import type { Reader, Writer } from '../store/tx.ts'
import { ApiError } from './errors.ts'

/** A request with a clientId: what was asked, by which method. */
export type Once = { userId: number, clientId: string, method: string, request: unknown }

/** What this very request made the first time; undefined: it was not done yet. Throws ApiError `idempotency_mismatch` where the clientId stood for another request. */
export function doneBefore(tx: Reader, { userId, clientId, method, request }: Once): number | undefined {
  const earlier = findClientWrite(tx, userId, clientId)
  if (earlier && (earlier.method !== method || !Buffer.from(earlier.digest).equals(digestOf(request)))) {
    throw new ApiError('idempotency_mismatch', 'This clientId was used before with other parameters. Take a new one for a new write.')
  }
  return earlier?.object
}

/** Remembers what the request made, in the same transaction. */
export function noteDone(tx: Writer, { userId, clientId, method, request }: Once, object: number, now: number): void {
  insertClientWrite(tx, userId, clientId, { method, digest: digestOf(request), object }, now)
}

/** Equal for equal requests, whatever the order of their fields. */
function digestOf(request: unknown): Uint8Array {
  return createHash('sha256').update(JSON.stringify(request, (_key, value: unknown) => sorted(value))).digest()
}

const sorted = (value: unknown): unknown => typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)) : value
