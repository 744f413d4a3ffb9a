import Type from 'typebox'
import { undo } from '../../inbound/screen.ts'
import { getScreening } from '../../store/screener.ts'
import { change } from '../change.ts'
import { ApiError } from '../errors.ts'
import { idOf, missing } from '../find.ts'
import { method } from '../method.ts'
import { Id, Screening } from '../objects.ts'
import { screeningOf } from '../present/screener.ts'
import { screeningExample } from '../examples.ts'

export const screenerUndo = method({
  name: 'screener.undo',
  summary: 'Takes a decision back: rules, blocks and places are as before it, unless the user has changed them since.',
  params: Type.Object({ id: Id }),
  result: Screening,
  errors: ['not_found', 'conflict'],
  example: { params: { id: 'e1' }, result: { ...screeningExample, undoneAt: screeningExample.at } },
  orderBy: () => 'screener',
  handle: (ctx, { id }) => change(ctx, (tx, changes, now) => {
    const inner = idOf('screening', id)
    const row = getScreening(tx, ctx.userId, inner) ?? missing('screening')
    if (row.undoneAt !== null) throw new ApiError('conflict', 'this decision was undone before', screeningOf(row))
    undo(tx, changes, ctx.userId, row, now)
    return screeningOf(getScreening(tx, ctx.userId, inner)!)
  })
})
