import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** How a line goes bad. `bytes` counts both directions of one connection. */
export type Fault =
  /** The connections are reset now, and each new one at once. */
  | { kind: 'reset' }
  /** What is connected now forwards nothing more, and nobody is told; what connects later is sound. */
  | { kind: 'half-open' }
  /** Bytes come one by one. */
  | { kind: 'trickle' }
  /** Each connection ends (FIN or RST) after so many bytes; a function says it for each anew. */
  | { kind: 'cut', bytes: number | (() => number), reset: boolean }
  /** Nothing is forwarded while it lasts, and everything after. */
  | { kind: 'stall' }
  /** After so many bytes from the server comes garbage, then the end. */
  | { kind: 'garbage', bytes: number }

/** A TCP proxy on the loopback whose line can be spoilt. */
export type Proxy = {
  port: number
  connections: number
  /** Spoils the line until `heal`. Resolves never: a fault has no end of its own. */
  spoil(fault: Fault): void
  /** Ends the fault. What was half-open stays so: such connections are dead, and somebody has to find out. */
  heal(): void
  /** Connections that were made half-open and that the client still believes in. */
  believed(): number
  /** The client's end of what is half-open is reset, as by a router that has come back. */
  dropHalfOpen(): void
  close(): Promise<void>
}

type Line = { client: Socket, upstream: Socket, moved: number, limit: number, dead: boolean, waiting: (() => void)[] }

/** Forwards a free port of the loopback to `port`. `random` fills the garbage. */
export async function startProxy(port: number, random: () => number): Promise<Proxy> {
  const lines = new Set<Line>()
  /** Every end that is open, whatever became of its line. */
  const sockets = new Set<Socket>()
  let fault: Fault | null = null

  const server = createServer({ allowHalfOpen: true }, (client) => {
    proxy.connections++
    const upstream = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    const bytes = fault?.kind === 'cut' ? fault.bytes : 0
    const line: Line = { client, upstream, moved: 0, limit: typeof bytes === 'function' ? bytes() : bytes, dead: false, waiting: [] }
    lines.add(line)
    client.setNoDelay(true)
    upstream.setNoDelay(true)
    for (const socket of [client, upstream]) sockets.add(socket.once('close', () => sockets.delete(socket)))
    for (const [from, to, back] of [[client, upstream, false], [upstream, client, true]] as const) {
      from.on('error', () => undefined)
      from.on('data', (chunk: Buffer) => forward(line, from, to, chunk, back))
      from.on('end', () => hold(line, () => void to.end()))
      from.on('close', () => {
        if (line.dead && from !== client) return
        lines.delete(line)
        to.destroy()
      })
    }
    if (fault?.kind === 'reset') end(line, true)
  })

  /** In order: what waits goes first. */
  function hold(line: Line, work: () => void): void {
    if (line.dead) return
    if (fault?.kind === 'stall' || line.waiting.length > 0) line.waiting.push(work)
    else work()
  }

  function forward(line: Line, from: Socket, to: Socket, chunk: Buffer, back: boolean): void {
    hold(line, () => {
      const now = fault
      if (now?.kind === 'cut' || (now?.kind === 'garbage' && back)) {
        const left = (now.kind === 'garbage' || typeof now.bytes === 'number' ? now.bytes as number : line.limit) - line.moved
        if (chunk.length >= left) {
          const rest = chunk.subarray(0, Math.max(0, left))
          to.write(now.kind === 'garbage' ? Buffer.concat([rest, Buffer.from(Array.from({ length: 200 }, () => Math.floor(random() * 256)))]) : rest, () => end(line, now.kind === 'cut' && now.reset))
          line.dead = true
          return
        }
      }
      line.moved += chunk.length
      if (now?.kind === 'trickle') return drip(line, from, to, chunk)
      if (!to.write(chunk)) {
        from.pause()
        to.once('drain', () => from.resume())
      }
    })
  }

  /** A byte for each turn of the event loop. */
  function drip(line: Line, from: Socket, to: Socket, chunk: Buffer): void {
    from.pause()
    let at = 0
    const next = () => {
      if (line.dead || to.destroyed) return
      to.write(fault?.kind === 'trickle' ? chunk.subarray(at, at + 1) : chunk.subarray(at))
      at = fault?.kind === 'trickle' ? at + 1 : chunk.length
      if (at < chunk.length) setImmediate(next)
      else from.resume()
    }
    next()
  }

  function end(line: Line, reset: boolean): void {
    line.dead = true
    lines.delete(line)
    for (const socket of [line.client, line.upstream]) breakOff(socket, reset)
  }

  const proxy: Proxy = {
    port: 0,
    connections: 0,
    spoil(next) {
      fault = next
      if (next.kind === 'reset') for (const line of lines) if (!line.dead) end(line, true)
      if (next.kind === 'half-open') {
        for (const line of lines) {
          if (line.dead) continue
          line.dead = true
          line.upstream.destroy()
        }
        fault = null
      }
    },
    heal() {
      fault = null
      for (const line of lines) for (const work of line.waiting.splice(0)) work()
    },
    believed: () => [...lines].filter(({ dead, client }) => dead && !client.destroyed && client.readyState === 'open').length,
    dropHalfOpen() {
      for (const line of lines) if (line.dead) end(line, true)
    },
    async close() {
      for (const line of lines) end(line, false)
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    }
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  proxy.port = (server.address() as AddressInfo).port
  return proxy
}

/**
 * Closes a socket, with RST where asked. One that is about to send its FIN is closed without: Node refuses to reset it (EINVAL), forgets
 * it unclosed, and the process then turns in its exit for ever.
 */
export function breakOff(socket: Socket, reset: boolean): void {
  if (reset && !socket.writableEnded) socket.resetAndDestroy()
  else socket.destroy()
}
