import { ApiError } from './errors.ts'

/** A time of the protocol: RFC 3339 in UTC with milliseconds, from ms since the epoch. */
export function rfc3339(ms: number): string {
  return new Date(ms).toISOString()
}

/** The ms since the epoch of a time in a parameter. Throws invalid_params for a day or an hour that there is not. */
export function timeOf(text: string, path: string): number {
  const ms = Date.parse(text)
  if (Number.isNaN(ms) || rfc3339(ms) !== text) throw new ApiError('invalid_params', `${path} is no time that there is`)
  return ms
}
