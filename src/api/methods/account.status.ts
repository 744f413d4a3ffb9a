import Type from 'typebox'
import { getAccount } from '../../store/accounts.ts'
import { idOf, missing } from '../find.ts'
import { method } from '../method.ts'
import { Account, Id } from '../objects.ts'
import { accountOf } from '../present/account.ts'
import { accountExample } from '../examples.ts'

export const accountStatus = method({
  name: 'account.status',
  summary: 'One account as it is now.',
  params: Type.Object({ id: Id }),
  result: Account,
  errors: ['not_found'],
  example: { params: { id: 'a1' }, result: accountExample },
  handle: ({ store, userId }, { id }) => store.read((tx) => accountOf(tx, getAccount(tx, userId, idOf('account', id)) ?? missing('account')))
})
