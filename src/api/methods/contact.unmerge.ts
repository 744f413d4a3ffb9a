import Type from 'typebox'
import { unmerge } from '../../inbound/merge.ts'
import { publicId } from '../../model/ids.ts'
import { change } from '../change.ts'
import { ApiError } from '../errors.ts'
import { idOf, missing } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

export const contactUnmerge = method({
  name: 'contact.unmerge',
  summary: 'Parts what a merge joined: each message is back with the contact whose address it came from or went to, also those of the time between. Merges are undone in any order.',
  params: Type.Object({ mergeId: Id }),
  result: Type.Object({ contactIds: Type.Array(Id) }),
  errors: ['not_found', 'conflict'],
  example: { params: { mergeId: 'g1' }, result: { contactIds: ['p2', 'p7'] } },
  orderBy: () => 'merge',
  handle: (ctx, { mergeId }) => change(ctx, (tx, changes, now) => {
    const done = unmerge(tx, changes, ctx.userId, idOf('merge', mergeId), now)
    if (!('refused' in done)) return { contactIds: done.contactIds.map((id) => publicId('contact', id)) }
    if (done.refused === 'not-found') return missing('merge')
    throw new ApiError('conflict', 'this merge was undone already')
  })
})
