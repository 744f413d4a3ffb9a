import Type from 'typebox'
import { getAccount } from '../../store/accounts.ts'
import { idOf, missing, orConflict } from '../find.ts'
import { method } from '../method.ts'
import { Account, Id, Rev } from '../objects.ts'
import { accountOf } from '../present/account.ts'
import { accountExample } from '../examples.ts'

export const accountPut = method({
  name: 'account.put',
  summary: 'Adds an account (kind and settings), or with `id` changes one; secrets that are left out stay. It connects at once; account.changed tells how that goes. `once`: where an account of that kind has one of its addresses already, none is added (conflict, with that account), since what comes by both might be shown twice.',
  params: Type.Object({
    id: Type.Optional(Id),
    kind: Type.Optional(Type.String({ maxLength: 64 })),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    settings: Type.Optional(Type.Unknown()),
    ifRev: Type.Optional(Rev),
    once: Type.Optional(Type.Boolean())
  }),
  result: Account,
  errors: ['not_found', 'conflict'],
  example: { params: { kind: 'email', settings: { address: 'ada@example.org' } }, result: { ...accountExample, status: 'connecting' } },
  orderBy: ({ id }) => id ?? 'new account',
  async handle({ store, userId, rooms }, { id, kind, name, settings, ifRev, once }) {
    const read = (account: number) => store.read((tx) => accountOf(tx, getAccount(tx, userId, account) ?? missing('account')))
    const account = await orConflict(rooms.accounts.put({
      userId, ...(id === undefined ? {} : { id: idOf('account', id) }), ...(kind === undefined ? {} : { kind }), ...(name === undefined ? {} : { name }),
      ...(settings === undefined ? {} : { settings }), ...(ifRev === undefined ? {} : { ifRev }), ...(once === undefined ? {} : { once })
    }), (there) => read(there.id))
    return read(account)
  }
})
