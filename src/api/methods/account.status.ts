import Type from 'typebox'
import { getAccount } from '../../store/accounts.ts'
import { idOf, missing } from '../find.ts'
import { method } from '../method.ts'
import { Account, Id } from '../objects.ts'
import { accountOf } from '../present/account.ts'
import { accountExample } from '../examples.ts'

export const accountStatus = method({
  name: 'account.status',
  summary: 'One account as it is now, with the address to enter at a network that calls back (webhookUrl): null where KINBOX_PUBLIC_URL is not set.',
  params: Type.Object({ id: Id }),
  result: Type.Object({ ...Account.properties, webhookUrl: Type.Union([Type.String(), Type.Null()]) }),
  errors: ['not_found'],
  example: { params: { id: 'a1' }, result: { ...accountExample, webhookUrl: null } },
  async handle({ store, userId, rooms }, { id }) {
    const account = await store.read((tx) => accountOf(tx, getAccount(tx, userId, idOf('account', id)) ?? missing('account')))
    return { ...account, webhookUrl: await rooms.accounts.webhookUrl(userId, idOf('account', id)) }
  }
})
