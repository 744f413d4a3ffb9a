import Type from 'typebox'
import { method } from '../method.ts'
import { openRpc } from '../openrpc.ts'

export const rpcDiscover = method({
  name: 'rpc.discover',
  summary: 'All methods with their parameters, results, errors and examples, as an OpenRPC document.',
  params: Type.Object({}),
  result: Type.Object({ openrpc: Type.String(), info: Type.Unknown(), methods: Type.Array(Type.Unknown()) }),
  errors: [],
  example: { params: {}, result: { openrpc: '1.3.2', info: { title: 'Kinbox', version: 'kinbox.v1' }, methods: [] } },
  handle: ctx => openRpc([...ctx.methods.values()])
})
