import Type from 'typebox'
import { idOf } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

export const accountTest = method({
  name: 'account.test',
  summary: 'Tries settings (kind and settings, or an account by `id`): connects, logs in, and ends. Nothing is stored or received. What is wrong is told in words.',
  params: Type.Object({ id: Type.Optional(Id), kind: Type.Optional(Type.String({ maxLength: 64 })), settings: Type.Optional(Type.Unknown()) }),
  result: Type.Object({ ok: Type.Boolean(), error: Type.Optional(Type.Object({ code: Type.String(), text: Type.String() })) }),
  errors: ['not_found', 'conflict'],
  example: {
    params: { id: 'a1' },
    result: { ok: false, error: { code: 'wrong-password', text: 'The server refused this user name and password. Check both; many providers want an app password.' } }
  },
  handle: ({ userId, rooms }, { id, kind, settings }) => rooms.accounts.test({
    userId, ...(id === undefined ? {} : { id: idOf('account', id) }), ...(kind === undefined ? {} : { kind }), ...(settings === undefined ? {} : { settings })
  })
})
