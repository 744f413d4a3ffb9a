import { ApiError } from './errors.ts'

export type RequestId = string | number
export type Request = { id: RequestId, method: string, params: unknown }

/** What a frame was, or what is wrong with it; `id` is null where the frame shows none (JSON-RPC 2.0 section 5). */
export type Frame = { ok: true, request: Request } | { ok: false, id: RequestId | null, error: ApiError }

/** Reads one text frame as a JSON-RPC 2.0 request. Never throws. */
export function readFrame(text: string, maxDepth: number): Frame {
  if (deeperThan(text, maxDepth)) return bad(null, 'invalid_request', `the frame is nested deeper than ${maxDepth}`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return bad(null, 'parse_error', 'the frame is not JSON; send one JSON-RPC 2.0 object per text frame')
  }
  if (Array.isArray(value)) return bad(null, 'invalid_request', 'batches are not taken; send each request in a frame of its own')
  if (typeof value !== 'object' || value === null) return bad(null, 'invalid_request', 'the frame is no JSON-RPC 2.0 object')
  const { jsonrpc, id, method, params } = value as Record<string, unknown>
  const known = isId(id) ? id : null
  if (jsonrpc !== '2.0') return bad(known, 'invalid_request', 'jsonrpc must be "2.0"')
  if (method === undefined && ('result' in value || 'error' in value)) return bad(known, 'invalid_request', 'the server asks nothing, so it takes no answers')
  if (typeof method !== 'string') return bad(known, 'invalid_request', 'method must be a string')
  if (id === undefined) return bad(null, 'invalid_request', `${clip(method)} came without an id; notifications are not taken`)
  if (known === null) return bad(null, 'invalid_request', 'id must be an integer, or a string of 1 to 64 characters')
  return { ok: true, request: { id: known, method, params: params === undefined ? {} : params } }
}

/** A name from outside, short enough for a message. */
export function clip(text: string): string {
  return JSON.stringify(text.length > 60 ? text.slice(0, 60) + '…' : text)
}

function isId(id: unknown): id is RequestId {
  return typeof id === 'string' ? id.length > 0 && id.length <= 64 : Number.isSafeInteger(id)
}

function bad(id: RequestId | null, kind: 'parse_error' | 'invalid_request', message: string): Frame {
  return { ok: false, id, error: new ApiError(kind, message) }
}

/** Counts brackets outside of strings before parsing, so that a deep frame costs one scan. */
function deeperThan(text: string, max: number): boolean {
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (quoted) {
      if (code === 92) at++
      else if (code === 34) quoted = false
    } else if (code === 34) quoted = true
    else if (code === 123 || code === 91) {
      if (++depth > max) return true
    } else if (code === 125 || code === 93) depth--
  }
  return false
}
