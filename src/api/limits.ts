/** What a socket may do. Bytes, ms, counts. Tests hand in smaller ones. */
export type Limits = {
  /** session.hello must come within this. */
  helloMs: number
  frameBytesIn: number
  frameBytesOut: number
  /** Nesting of JSON. */
  depth: number
  inFlight: number
  heartbeatMs: number
  /** The next page of the log is read only while less than this waits to be sent. */
  bufferDurable: number
  /** Signals are dropped while more than this waits to be sent. */
  bufferSignals: number
  /** So long may what waits not shrink. */
  stallMs: number
  /** Requests a second, and how many at once after a rest. */
  rate: number
  burst: number
  /** So many refusals for rate before the socket is closed. */
  rateWarnings: number
  ticketMs: number
  /** How long a closing server waits for what is under way. */
  closeMs: number
  /** What a client is told to wait before it comes back after goaway. */
  reconnectMs: number
  uploadBytes: number
  webhookBytes: number
}

export const defaultLimits: Limits = {
  helloMs: 10_000,
  frameBytesIn: 256 * 1024,
  frameBytesOut: 1024 * 1024,
  depth: 32,
  inFlight: 64,
  heartbeatMs: 25_000,
  bufferDurable: 256 * 1024,
  bufferSignals: 64 * 1024,
  stallMs: 60_000,
  rate: 500,
  burst: 1000,
  rateWarnings: 50,
  ticketMs: 30_000,
  closeMs: 3_000,
  reconnectMs: 2_000,
  uploadBytes: 50 * 1024 * 1024,
  webhookBytes: 1024 * 1024
}
