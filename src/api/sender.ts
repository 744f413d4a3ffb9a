import type { WebSocket } from 'ws'
import type { Limits } from './limits.ts'

/** The way out of one socket: it knows how much waits, and notices when nothing is read on the other side. */
export type Sender = {
  /** Queues a frame; nothing happens on a closed socket. */
  send(text: string): void
  /** Queues a frame that may be lost; false: it was dropped. */
  offer(text: string): boolean
  /** Resolves once less than `bufferDurable` waits, or the socket has closed. */
  drained(): Promise<void>
  readonly waiting: number
  close(): void
}

/** `onStall` is called once, when what waits has been over the limit for `stallMs` and nothing of it went out. */
export function openSender(socket: WebSocket, limits: Pick<Limits, 'bufferDurable' | 'bufferSignals' | 'stallMs'>, onStall: () => void): Sender {
  let timer: NodeJS.Timeout | null = null
  let waiters: (() => void)[] = []
  let closed = false

  const release = () => {
    const all = waiters
    waiters = []
    for (const resolve of all) resolve()
  }
  const stop = () => {
    if (timer) clearTimeout(timer)
    timer = null
  }
  const arm = () => {
    if (closed) return
    timer ??= setTimeout(() => {
      closed = true
      release()
      onStall()
    }, limits.stallMs).unref()
  }
  const wrote = () => {
    stop()
    if (closed || socket.bufferedAmount < limits.bufferDurable) release()
    else arm()
  }

  const send = (text: string) => {
    if (closed || socket.readyState !== socket.OPEN) return
    socket.send(text, wrote)
    if (socket.bufferedAmount >= limits.bufferDurable) arm()
  }
  return {
    send,
    offer(text) {
      if (socket.bufferedAmount > limits.bufferSignals) return false
      send(text)
      return true
    },
    drained() {
      if (closed || socket.readyState !== socket.OPEN || socket.bufferedAmount < limits.bufferDurable) return Promise.resolve()
      arm()
      return new Promise(resolve => void waiters.push(resolve))
    },
    get waiting() {
      return socket.bufferedAmount
    },
    close() {
      closed = true
      stop()
      release()
    }
  }
}
