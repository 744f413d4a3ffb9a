/** A time of the protocol: RFC 3339 in UTC with milliseconds, from ms since the epoch. */
export function rfc3339(ms: number): string {
  return new Date(ms).toISOString()
}
