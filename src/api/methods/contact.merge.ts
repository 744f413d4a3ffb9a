import Type from 'typebox'
import { merge } from '../../inbound/merge.ts'
import { publicId } from '../../model/ids.ts'
import { change } from '../change.ts'
import { ApiError } from '../errors.ts'
import { idOf, missing } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

export const contactMerge = method({
  name: 'contact.merge',
  summary: 'Joins contacts into the first of them, and their conversations into one. contact.unmerge undoes it.',
  params: Type.Object({ ids: Type.Array(Id, { minItems: 2, maxItems: 20, uniqueItems: true }) }),
  result: Type.Object({ contactId: Id, mergeId: Id }),
  errors: ['not_found'],
  example: { params: { ids: ['p2', 'p7'] }, result: { contactId: 'p2', mergeId: 'g1' } },
  orderBy: () => 'merge',
  handle: (ctx, { ids }) => change(ctx, (tx, changes, now) => {
    const done = merge(tx, changes, ctx.userId, ids.map((id) => idOf('contact', id)), now)
    if (!('refused' in done)) return { contactId: publicId('contact', done.contactId), mergeId: publicId('merge', done.mergeId) }
    if (done.refused === 'same') throw new ApiError('invalid_params', 'params.ids must name two contacts or more, each once')
    return missing('contact')
  })
})
