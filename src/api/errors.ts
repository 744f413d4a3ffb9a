import { troubleOf } from '../store/trouble.ts'

/**
 * Every error that the API answers: one table. A code is never reused, a kind never changes its meaning.
 * `doc` says what happened and what to do; `retryable`: the same request may succeed later.
 */
export const errors = {
  parse_error: { code: -32700, retryable: false, doc: 'The frame is not JSON. Send one JSON object per text frame.' },
  invalid_request: { code: -32600, retryable: false, doc: 'The frame is JSON but no JSON-RPC 2.0 request: a batch, a binary frame, nesting deeper than 32, a missing method, or an id that is still in flight.' },
  method_not_found: { code: -32601, retryable: false, doc: 'There is no method of that name. rpc.discover lists those that exist.' },
  invalid_params: { code: -32602, retryable: false, doc: 'A parameter is missing, unknown or wrong; the message says which (by its path, or in words) and what is expected.' },
  internal: { code: -32603, retryable: true, doc: 'The server made a mistake. The message holds a reference to find it in the log.' },
  unauthenticated: { code: -32001, retryable: false, doc: 'session.hello has not been answered yet, or the token, ticket, name or password is wrong, used, expired or revoked.' },
  forbidden: { code: -32002, retryable: false, doc: 'You are known, but may not do this.' },
  not_found: { code: -32003, retryable: false, doc: 'There is no such object, or it belongs to another user.' },
  conflict: { code: -32004, retryable: false, doc: 'The object has changed since ifRev, or is in a state that does not allow this; detail holds the object as it is now where there is one.' },
  idempotency_mismatch: { code: -32005, retryable: false, doc: 'This clientId was used before with other parameters. Take a new one for a new write.' },
  too_large: { code: -32006, retryable: false, doc: 'The request, its answer or an upload is over a limit. Ask for less: a smaller limit, fewer fields, a smaller bodyMaxBytes.' },
  rate_limited: { code: -32007, retryable: true, doc: 'Too many requests, too many in flight, or too many failed logins. Wait retryAfterMs.' },
  account_unavailable: { code: -32008, retryable: true, doc: 'The account that this needs cannot be reached now; its status says why and what to do.' },
  not_supported_by_channel: { code: -32009, retryable: false, doc: 'The channel cannot do this, e.g. an attachment over a channel for text only.' },
  read_only: { code: -32010, retryable: true, doc: 'The server cannot write just now (a full disk, a read-only file); reading works. Nothing was changed.' },
  snapshot_required: { code: -32011, retryable: false, doc: 'The log no longer holds what you ask for. Call sync.snapshot.' },
  cancelled: { code: -32012, retryable: false, doc: 'rpc.cancel named this request. What it had written before stays.' }
} as const satisfies Record<string, { code: number, retryable: boolean, doc: string }>

export type ErrorKind = keyof typeof errors

/** Kinds that any method may answer, so that methods do not declare them. */
export const everywhere: readonly ErrorKind[] = ['invalid_request', 'invalid_params', 'internal', 'unauthenticated', 'too_large', 'rate_limited', 'read_only', 'cancelled']

/** An error for the client. `message` says what happened and what to do; no secrets in it, nor in `detail`. */
export class ApiError extends Error {
  readonly kind: ErrorKind
  readonly detail: unknown
  readonly retryAfterMs: number | undefined

  constructor(kind: ErrorKind, message: string, detail?: unknown, retryAfterMs?: number) {
    super(message)
    this.name = 'ApiError'
    this.kind = kind
    this.detail = detail
    this.retryAfterMs = retryAfterMs
  }
}

export type ErrorBody = { code: number, message: string, data: { kind: ErrorKind, retryable: boolean, retryAfterMs?: number, detail?: unknown } }

/** The JSON-RPC error object (JSON-RPC 2.0 section 5.1). */
export function errorBody(error: ApiError): ErrorBody {
  const { code, retryable } = errors[error.kind]
  return {
    code,
    message: error.message,
    data: {
      kind: error.kind,
      retryable,
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
      ...(error.detail === undefined ? {} : { detail: error.detail })
    }
  }
}

/**
 * The ApiError that something thrown means, or null when it is a mistake of ours. The inner rooms do not know ApiError:
 * an Error of theirs with a `kind` out of the table is taken at its word, and a disk that is full or locked is told in words. Not so its detail, which may be an inner row.
 */
export function asApiError(thrown: unknown): ApiError | null {
  if (thrown instanceof ApiError) return thrown
  const trouble = troubleOf(thrown)
  if (trouble !== null) return new ApiError('read_only', trouble)
  if (!(thrown instanceof Error) || !('kind' in thrown) || typeof thrown.kind !== 'string') return null
  if (!Object.hasOwn(errors, thrown.kind)) return null
  return new ApiError(thrown.kind as ErrorKind, thrown.message)
}

/** Why the server closes a socket. `retry`: connect again; `resume`: the position in the log stays good. */
export const closes = {
  goaway: { code: 1001, retry: true, resume: true, doc: 'The server stops or restarts. session.goaway came before and says when to come back.' },
  protocol: { code: 4400, retry: false, resume: true, doc: 'The client broke the framing: a binary frame, or one over 256 KiB. Mend the client.' },
  auth: { code: 4401, retry: false, resume: true, doc: 'session.hello failed, or the login has expired. Get a new ticket or token; ask the user to log in.' },
  origin: { code: 4403, retry: false, resume: false, doc: 'The page that opened the socket is not allowed to. The operator adds its origin to the options.' },
  version: { code: 4406, retry: false, resume: true, doc: 'The server does not speak this protocol version. Update the client or the server.' },
  hello_timeout: { code: 4408, retry: true, resume: true, doc: 'session.hello did not come within 10 seconds.' },
  revoked: { code: 4410, retry: false, resume: true, doc: 'This session or token was revoked, here or on another device. Ask the user to log in.' },
  slow: { code: 4413, retry: true, resume: true, doc: 'The client did not read for 60 seconds, or fell behind what the log keeps. Connect again and resume.' },
  rate: { code: 4429, retry: true, resume: true, doc: 'The client went on in spite of rate_limited answers. Wait a minute, then resume.' },
  internal: { code: 4500, retry: true, resume: true, doc: 'The server made a mistake. Connect again with back-off and resume.' }
} as const satisfies Record<string, { code: number, retry: boolean, resume: boolean, doc: string }>

export type CloseKind = keyof typeof closes
