import Type from 'typebox'
import { changeStrictness, endShares } from '../../inbound/standing.ts'
import { changeSettings, settingsOf } from '../../store/settings.ts'
import { change } from '../change.ts'
import { checkRev } from '../find.ts'
import { method } from '../method.ts'
import { Rev, Settings } from '../objects.ts'
import { settingsExample } from '../examples.ts'

const { rev: _rev, ...wishes } = Settings.properties

export const settingsSet = method({
  name: 'settings.set',
  summary: 'Changes what the user has set; what is not named stays. `sendReadMarkers`: people in the inbox are told that they were read, by chats that can; never while the user is invisible. `inboxFor`: friends of friends too (basic), or friends only (strict); conversations move at once.',
  params: Type.Object({ ...Type.Partial(Type.Object(wishes)).properties, ifRev: Type.Optional(Rev) }),
  result: Settings,
  errors: ['conflict'],
  example: { params: { sendReadMarkers: true }, result: { ...settingsExample, sendReadMarkers: true, rev: 2 } },
  orderBy: () => 'settings',
  async handle(ctx, { ifRev, ...patch }) {
    const { settings, others } = await change(ctx, (tx, changes, at) => {
      const now = settingsOf(tx, ctx.userId)
      checkRev(now.rev, ifRev, () => now)
      changeSettings(tx, changes, ctx.userId, patch)
      if (patch.inboxFor !== undefined && patch.inboxFor !== now.inboxFor) changeStrictness(tx, changes, ctx.userId, patch.inboxFor === 'strict')
      return { settings: settingsOf(tx, ctx.userId), others: now.shareFriends && patch.shareFriends === false ? endShares(tx, ctx.userId, at) : [] }
    })
    for (const other of others) ctx.wakeup.notify(other)
    return settings
  }
})
