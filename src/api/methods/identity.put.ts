import Type from 'typebox'
import { getIdentity, putIdentity } from '../../store/identities.ts'
import { ApiError } from '../errors.ts'
import { idOf, missing, orConflict } from '../find.ts'
import { method } from '../method.ts'
import { Id, Identity, Rev } from '../objects.ts'
import { identityOf } from '../present/account.ts'
import { identityExample } from '../examples.ts'

const Text = (maxLength: number) => Type.Optional(Type.Union([Type.String({ maxLength }), Type.Null()]))

export const identityPut = method({
  name: 'identity.put',
  summary: 'Adds an address of the user\'s own (kind and address: an alias, say), or with `id` changes its name and signature.',
  params: Type.Object({
    id: Type.Optional(Id),
    kind: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    address: Type.Optional(Type.String({ minLength: 1, maxLength: 320 })),
    name: Text(200),
    signature: Text(10000),
    ifRev: Type.Optional(Rev)
  }),
  result: Identity,
  errors: ['not_found', 'conflict'],
  example: { params: { id: 'i1', name: 'Ada' }, result: identityExample },
  async handle(ctx, { id, kind, address, name, signature, ifRev }) {
    const { store, clock, wakeup, userId } = ctx
    const at = { store, clock, notify: (user: number) => wakeup.notify(user) }
    const read = (one: number) => store.read((tx) => identityOf(getIdentity(tx, userId, one) ?? missing('identity')))
    const texts = { ...(name === undefined ? {} : { name }), ...(signature === undefined ? {} : { signature }) }
    if (id === undefined && (kind === undefined || address === undefined)) throw new ApiError('invalid_params', 'give params.id to change an address, or params.kind and params.address to add one')
    const identity = id === undefined
      ? await putIdentity(at, userId, { ...await ctx.rooms.canonical(userId, { kind: kind!, address: address! }), ...texts })
      : await orConflict(putIdentity(at, userId, { id: idOf('identity', id), ...texts, ...(ifRev === undefined ? {} : { ifRev }) }), () => read(idOf('identity', id)))
    return read(identity)
  }
})
