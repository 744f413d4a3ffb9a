import Type from 'typebox'
import { listAccounts } from '../../store/accounts.ts'
import { method } from '../method.ts'
import { Account } from '../objects.ts'
import { accountOf } from '../present/account.ts'
import { accountExample } from '../examples.ts'

export const accountList = method({
  name: 'account.list',
  summary: 'The user\'s accounts with their health, the times they were deaf, and how far the backfill is. Never their settings.',
  params: Type.Object({}),
  result: Type.Object({ items: Type.Array(Account) }),
  errors: [],
  example: { params: {}, result: { items: [accountExample] } },
  handle: ({ store, userId }) => store.read((tx) => ({ items: listAccounts(tx, userId).map((row) => accountOf(tx, row)) }))
})
