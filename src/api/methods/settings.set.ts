import Type from 'typebox'
import { changeStrictness } from '../../inbound/standing.ts'
import { isZone } from '../../model/digest.ts'
import { changeSettings, settingsOf } from '../../store/settings.ts'
import { change } from '../change.ts'
import { ApiError } from '../errors.ts'
import { checkRev } from '../find.ts'
import { method } from '../method.ts'
import { Rev, Settings } from '../objects.ts'
import { settingsExample } from '../examples.ts'

const { rev: _rev, ...wishes } = Settings.properties

export const settingsSet = method({
  name: 'settings.set',
  summary: 'Changes what the user has set; what is not named stays. `sendReadMarkers`: people in the inbox are told that they were read, by chats that can; never while the user is invisible. `inboxFor`: friends of friends too (basic), or friends only (strict); conversations move at once. `verifiedOnly`: what comes from now on is let in only where its sender is verified; channels that cannot verify anybody (SMS) then bring nothing into the inbox. `digestHour`, `timeZone`: when the daily digest comes. `keepDays`: after how many days what machines sent is deleted, for each stream.',
  params: Type.Object({ ...Type.Partial(Type.Object(wishes)).properties, ifRev: Type.Optional(Rev) }),
  result: Settings,
  errors: ['conflict'],
  example: { params: { sendReadMarkers: true }, result: { ...settingsExample, sendReadMarkers: true, rev: 2 } },
  orderBy: () => 'settings',
  async handle(ctx, { ifRev, ...patch }) {
    if (patch.timeZone != null && !isZone(patch.timeZone)) throw new ApiError('invalid_params', 'params.timeZone names no time zone: take one like Europe/Berlin')
    return change(ctx, (tx, changes) => {
      const now = settingsOf(tx, ctx.userId)
      checkRev(now.rev, ifRev, () => now)
      changeSettings(tx, changes, ctx.userId, patch)
      if (patch.inboxFor !== undefined && patch.inboxFor !== now.inboxFor) changeStrictness(tx, changes, ctx.userId, patch.inboxFor === 'strict')
      return settingsOf(tx, ctx.userId)
    })
  }
})
