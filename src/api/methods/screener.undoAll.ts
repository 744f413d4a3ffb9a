import Type from 'typebox'
import { undo } from '../../inbound/screen.ts'
import { getScreening } from '../../store/screener.ts'
import { change } from '../change.ts'
import { idOf, missing } from '../find.ts'
import { method } from '../method.ts'
import { Id, Screening } from '../objects.ts'
import { screeningOf } from '../present/screener.ts'
import { screeningExample } from '../examples.ts'

export const screenerUndoAll = method({
  name: 'screener.undoAll',
  summary: 'Takes several decisions back at once, the newest first, as screener.undo does each; what was undone before stays so. All of them or, where one is not there, none.',
  params: Type.Object({ ids: Type.Array(Id, { minItems: 1, maxItems: 200, description: 'decisions' }) }),
  result: Type.Object({ undone: Type.Array(Screening), moved: Type.Integer({ minimum: 0, description: 'conversations' }) }),
  errors: ['not_found'],
  example: { params: { ids: ['e1'] }, result: { undone: [{ ...screeningExample, undoneAt: screeningExample.at }], moved: 1 } },
  orderBy: () => 'screener',
  handle: (ctx, { ids }) => change(ctx, (tx, changes, now) => {
    const all = [...new Set(ids.map((id) => idOf('screening', id)))].sort((a, b) => b - a)
    let moved = 0
    for (const id of all) {
      const row = getScreening(tx, ctx.userId, id) ?? missing('screening')
      if (row.undoneAt === null) moved += undo(tx, changes, ctx.userId, row, now)
    }
    return { undone: all.map((id) => screeningOf(getScreening(tx, ctx.userId, id)!)), moved }
  })
})
