import Type from 'typebox'
import { keepApart } from '../../store/suggestions.ts'
import { change } from '../change.ts'
import { ApiError } from '../errors.ts'
import { ownContact } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

export const contactKeepApart = method({
  name: 'contact.keepApart',
  summary: 'Says that two contacts are two people: contact.suggestions does not name them together again.',
  params: Type.Object({ ids: Type.Array(Id, { minItems: 2, maxItems: 2 }) }),
  result: Type.Object({}),
  errors: ['not_found', 'conflict'],
  example: { params: { ids: ['p2', 'p7'] }, result: {} },
  handle: (ctx, { ids }) => change(ctx, (tx) => {
    const a = ownContact(tx, ctx.userId, ids[0]!).id
    const b = ownContact(tx, ctx.userId, ids[1]!).id
    if (a === b) throw new ApiError('invalid_params', 'params.ids names one contact twice')
    keepApart(tx, ctx.userId, a, b)
    return {}
  })
})
