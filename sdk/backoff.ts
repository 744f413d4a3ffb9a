import type { WebSocketLike } from './socket.ts'

/** What a connection takes from the world; tests hand in their own. */
export type World = {
  open(url: string): WebSocketLike
  now(): number
  random(): number
  /** The first wait after a failure; each further one is twice as long. */
  retryMs: number
  retryMaxMs: number
}

export const world: World = {
  open: url => new WebSocket(url, 'kinbox.v1') as unknown as WebSocketLike,
  now: () => Date.now(),
  random: () => Math.random(),
  retryMs: 500,
  retryMaxMs: 30_000
}

/** After the n-th failure in a row (from 0): between half of the wait and the whole of it, so that not all clients come back at once. */
export function waitAfter(failures: number, { retryMs, retryMaxMs, random }: World): number {
  return Math.min(retryMaxMs, retryMs * 2 ** Math.min(failures, 20)) * (0.5 + random() / 2)
}

/** The socket's address for `http(s)://host`, with or without a path before `/v1/ws`, or the socket's own. Throws TypeError for what is no address. */
export function socketUrl(text: string): string {
  const url = new URL(text)
  url.protocol = url.protocol.replace(/^http/, 'ws')
  if (!url.pathname.endsWith('/v1/ws')) url.pathname = url.pathname.replace(/\/$/, '') + '/v1/ws'
  return url.href
}
