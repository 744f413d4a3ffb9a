import { once } from 'node:events'
import { WebSocketServer } from 'ws'

/** A bare `ws` server in a process of its own that sends back what it gets: what a question over a socket costs by itself. */
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
server.on('connection', (socket) => socket.on('message', (data) => socket.send(data, { binary: false })))
await once(server, 'listening')
process.on('disconnect', () => process.exit(0))
process.send!(`ws://127.0.0.1:${(server.address() as { port: number }).port}`)
