import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** A line between client and server that can go bad in the ways real ones do. */
export type Wire = {
  port: number
  /** Nothing passes any more, in either direction, and nobody is told: a half-open connection. */
  frozen: boolean
  /** After a client begins IDLE, the server's words no longer reach it. */
  deafIdle: boolean
  /** After a client has said `after`, the server's answer does not arrive: `first` happens, then the connection is cut. */
  lose: { after: RegExp, first?(): Promise<void> } | null
  /** How many connections were made through it. */
  connections: number
  /** Everything clients sent. */
  said(): string
  /** Cuts every connection now. */
  cut(): void
  close(): Promise<void>
}

/** Forwards a free port of loopback to `port`. */
export async function startWire(port: number): Promise<Wire> {
  const sockets = new Set<Socket>()
  const said: string[] = []
  const server = createServer((client) => {
    wire.connections++
    const upstream = connect(port, '127.0.0.1')
    let deaf = false
    let tail = ''
    let lost: Promise<void> | null = null
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        if (!wire.frozen) {
          client.destroy()
          upstream.destroy()
        }
      })
    }
    client.on('data', (chunk) => {
      said.push(chunk.toString('latin1'))
      if (wire.deafIdle && /\bIDLE\r\n/i.test(chunk.toString('latin1'))) deaf = true
      tail = (tail + chunk.toString('latin1')).slice(-200)
      if (!wire.frozen) upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (wire.lose?.after.test(tail)) {
        lost ??= (wire.lose.first?.() ?? Promise.resolve()).finally(() => {
          client.destroy()
          upstream.destroy()
        })
      } else if (!wire.frozen && !deaf) client.write(chunk)
    })
  })
  const wire: Wire = {
    port: 0,
    frozen: false,
    deafIdle: false,
    lose: null,
    connections: 0,
    said: () => said.join(''),
    cut() {
      for (const socket of sockets) socket.destroy()
    },
    async close() {
      wire.cut()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    }
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  wire.port = (server.address() as AddressInfo).port
  return wire
}
