import type { Test } from 'tap'
import { connect } from '#client'
import type { Client, Live, Window } from '#client'
import { world as realWorld } from '../../sdk/backoff.ts'
import type { WebSocketLike } from '../../sdk/socket.ts'
import { openHouse } from '../fixtures/house.ts'
import type { House } from '../fixtures/house.ts'

/** Resolves with the first value that `check` takes; rejects after `ms`. */
export function reaches<T>(live: Live<T>, check: (value: T) => boolean, ms = 30_000): Promise<T> {
  if (check(live.value)) return Promise.resolve(live.value)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      end()
      reject(new Error(`waited in vain for ${check}; it is ${JSON.stringify(live.value)?.slice(0, 2000)}`))
    }, ms)
    const end = live.subscribe(value => {
      if (!check(value)) return
      clearTimeout(timer)
      end()
      resolve(value)
    })
  })
}

export const ready = <T>(window: Window<T>): Promise<unknown> => reaches(window, ({ state }) => state === 'ready')

/** A client whose line the test can cut, and its token. */
export type Line = {
  client: Client
  /** So often it connected. */
  readonly opened: number
  /** The line breaks: nothing more is heard, the other side is not told in the protocol's words. */
  cut(): void
  /** While true, no new line comes about. */
  dead: boolean
  /** Frames that came in are looked at first; false: it is swallowed. */
  hears: ((frame: { method?: string, id?: unknown, params?: Record<string, unknown> }) => boolean) | null
  /** What `says` did to a frame goes out. */
  rewrites: boolean
  /** Frames on their way out; false: it is swallowed. */
  says: ((frame: { method: string, id?: unknown, params: Record<string, unknown> }) => boolean) | null
}

export async function openLine(t: Test, house: House, more: { token?: string, resume?: { logId: string, seq: number } } = {}): Promise<Line> {
  const token = more.token ?? await house.token()
  let current: { socket: WebSocket, like: WebSocketLike } | null = null
  let opened = 0
  const line: Omit<Line, 'client' | 'opened'> = {
    dead: false,
    rewrites: false,
    hears: null,
    says: null,
    cut() {
      const was = current
      current = null
      was?.socket.close()
      was?.like.onclose?.({ code: 1006, reason: '' })
    }
  }
  const open = (url: string): WebSocketLike => {
    const socket = new WebSocket(line.dead ? 'ws://127.0.0.1:9' : url, 'kinbox.v1')
    opened++
    const like: WebSocketLike = {
      onopen: null, onmessage: null, onerror: null, onclose: null,
      send: text => {
        const frame = JSON.parse(text) as never
        if (!line.says || line.says(frame)) socket.send(line.rewrites ? JSON.stringify(frame) : text)
      },
      close: code => socket.close(code)
    }
    current = { socket, like }
    const mine = () => current?.socket === socket
    socket.onopen = () => mine() && like.onopen?.()
    socket.onmessage = ({ data }) => {
      if (mine() && (!line.hears || line.hears(JSON.parse(String(data)) as never))) like.onmessage?.({ data })
    }
    socket.onerror = () => mine() && like.onerror?.({})
    socket.onclose = ({ code, reason }) => mine() && like.onclose?.({ code, reason })
    return like
  }
  const client = connect({ url: house.app.url, auth: async () => ({ token }), client: { name: 'test', version: '1' }, ...(more.resume ? { resume: more.resume } : {}) }, { ...realWorld, open, retryMs: 20, retryMaxMs: 100 })
  t.teardown(() => client.close())
  return Object.defineProperty(Object.assign(line, { client, opened }), 'opened', { get: () => opened })
}

export { openHouse }
