import Type from 'typebox'
import { logBounds } from '../../store/events.ts'
import { method } from '../method.ts'
import { AsOf } from '../objects.ts'
import { Snapshot } from '../snapshot.ts'

export const syncSnapshot = method({
  name: 'sync.snapshot',
  summary: 'What a client shows first, from one moment of the log: the counts, the accounts, and the first page of both folders. Events up to asOf are in it; apply later ones by rev.',
  params: Type.Object({}),
  result: Type.Object({ asOf: AsOf, ...Snapshot.properties }),
  errors: [],
  example: {
    params: {},
    result: { asOf: 42, counts: { inbox: 1, other: 0, screener: 0 }, accounts: [], windows: { inbox: { items: [], nextCursor: null }, other: { items: [], nextCursor: null } } }
  },
  handle: ctx => ctx.store.read(tx => ({ asOf: logBounds(tx, ctx.userId).head, ...ctx.rooms.snapshot(tx, ctx.userId) }))
})
