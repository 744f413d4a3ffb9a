import Type from 'typebox'
import { idOf } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

export const accountProof = method({
  name: 'account.proof',
  summary: 'Who checks the senders of what comes to an account: `server` is the name of the mail server whose results the user has confirmed; null: Kinbox checks by itself. `proposal`: settings that the newest messages speak for, and why. They count only once the user has confirmed them: by account.put, with these added to what account.settings tells.',
  params: Type.Object({ id: Id }),
  result: Type.Object({ server: Type.Union([Type.String(), Type.Null()]), proposal: Type.Union([Type.Object({ settings: Type.Unknown(), evidence: Type.Array(Type.String()) }), Type.Null()]) }),
  errors: ['not_found'],
  example: { params: { id: 'a1' }, result: { server: null, proposal: { settings: { authserv: 'mx.example.org' }, evidence: ['58 of the newest 60 mails, from 21 domains, bear results of mx.example.org above everything that came from outside.'] } } },
  handle: ({ userId, rooms }, { id }) => rooms.accounts.proof(userId, idOf('account', id))
})
