import type { ErrorKind } from './types.ts'

/** What the server refuses with, and what only a client can say: the line was lost before the answer came, the client was closed, too much waits. */
export type FailureKind = ErrorKind | 'connection_lost' | 'closed' | 'overloaded'

export type ErrorFrame = { code: number, message: string, data?: { kind?: FailureKind, retryable?: boolean, retryAfterMs?: number, detail?: unknown } }

/** Why a call failed. `message` is for people: what happened and what to do. */
export class KinboxError extends Error {
  readonly kind: FailureKind
  /** Of the protocol's table; 0 where the error is the client's own. */
  readonly code: number
  /** The same request may succeed later. */
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  readonly detail: unknown

  constructor(message: string, { kind, code = 0, retryable = false, retryAfterMs, detail }: { kind: FailureKind, code?: number, retryable?: boolean, retryAfterMs?: number | undefined, detail?: unknown }) {
    super(message)
    this.name = 'KinboxError'
    this.kind = kind
    this.code = code
    this.retryable = retryable
    this.retryAfterMs = retryAfterMs
    this.detail = detail
  }
}

/** The error of an answer. */
export function errorOf({ code, message, data = {} }: ErrorFrame): KinboxError {
  return new KinboxError(message, { ...data, kind: data.kind ?? 'internal', code })
}
