import Type from 'typebox'
import { listIdentities } from '../../store/identities.ts'
import { method } from '../method.ts'
import { Identity } from '../objects.ts'
import { identityOf } from '../present/account.ts'
import { identityExample } from '../examples.ts'

export const identityList = method({
  name: 'identity.list',
  summary: 'The user\'s own addresses, with the names and signatures they write under.',
  params: Type.Object({}),
  result: Type.Object({ items: Type.Array(Identity) }),
  errors: [],
  example: { params: {}, result: { items: [identityExample] } },
  handle: ({ store, userId }) => store.read((tx) => ({ items: listIdentities(tx, userId).map(identityOf) }))
})
