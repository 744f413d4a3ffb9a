import { events, signals } from './events.ts'
import * as objects from './objects.ts'
import { strict } from './strict.ts'

const integer = { type: 'integer' }
const string = { type: 'string' }

/** What the server sends by itself, as an AsyncAPI 3 document; the requests are in the OpenRPC one. */
export function asyncApi(): object {
  const durable = Object.entries(events).map(([type, { doc, data }]) => [type, notification('event', doc, {
    type: 'object',
    required: ['seq', 'prev', 'type', ...(type === 'sync.position' ? [] : ['ts', 'id', 'rev'])],
    properties: {
      seq: integer, prev: integer, type: { const: type },
      ...(type === 'sync.position' ? {} : { ts: strict(objects.Time), id: string, rev: integer, history: integer, reset: { type: 'boolean' } }),
      ...(data ? { data: strict(objects[data as 'Message']) } : {})
    }
  })] as const)
  const ephemeral = Object.entries(signals).map(([type, doc]) => [type, notification('signal', doc, { type: 'object', required: ['type'], properties: { type: { const: type } } })] as const)
  const others = [
    ['sync.caughtUp', notification('sync.caughtUp', 'The replay is over; live events follow.', { type: 'object', required: ['seq'], properties: { seq: integer } })],
    ['session.goaway', notification('session.goaway', 'The server stops; come back after so many ms.', { type: 'object', required: ['reconnectAfterMs', 'reason'], properties: { reconnectAfterMs: integer, reason: string } })]
  ] as const
  const messages = Object.fromEntries([...durable, ...ephemeral, ...others])
  return {
    asyncapi: '3.0.0',
    info: { title: 'Kinbox', version: 'kinbox.v1' },
    channels: { socket: { address: '/v1/ws', messages } },
    operations: { receive: { action: 'receive', channel: { $ref: '#/channels/socket' } } }
  }
}

function notification(method: string, summary: string, params: object): object {
  return { summary, payload: { type: 'object', required: ['jsonrpc', 'method', 'params'], properties: { jsonrpc: { const: '2.0' }, method: { const: method }, params } } }
}
