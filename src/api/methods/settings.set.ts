import Type from 'typebox'
import { changeSettings, settingsOf } from '../../store/settings.ts'
import { change } from '../change.ts'
import { checkRev } from '../find.ts'
import { method } from '../method.ts'
import { Rev, Settings } from '../objects.ts'

export const settingsSet = method({
  name: 'settings.set',
  summary: 'Changes what the user has set; what is not named stays. `sendReadMarkers`: people in the inbox are told that they were read, by chats that can; never while the user is invisible.',
  params: Type.Object({ sendReadMarkers: Type.Optional(Type.Boolean()), ifRev: Type.Optional(Rev) }),
  result: Settings,
  errors: ['conflict'],
  example: { params: { sendReadMarkers: true }, result: { sendReadMarkers: true, rev: 2 } },
  orderBy: () => 'settings',
  handle: (ctx, { ifRev, ...patch }) => change(ctx, (tx, changes) => {
    const now = settingsOf(tx, ctx.userId)
    checkRev(now.rev, ifRev, () => now)
    changeSettings(tx, changes, ctx.userId, patch)
    return settingsOf(tx, ctx.userId)
  })
})
