import Type from 'typebox'
import { method } from '../method.ts'
import { AsOf } from '../objects.ts'

export const syncUnsubscribe = method({
  name: 'sync.unsubscribe',
  summary: 'From now on all events again. Fetch the windows anew afterwards.',
  params: Type.Object({}),
  result: Type.Object({ asOf: AsOf }),
  errors: [],
  example: { params: {}, result: { asOf: 42 } },
  handle: ctx => ({ asOf: ctx.connection.subscribe(null) })
})
