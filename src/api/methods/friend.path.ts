import Type from 'typebox'
import { publicId } from '../../model/ids.ts'
import { pathWords } from '../../model/path.ts'
import { pathsTo } from '../../store/paths.ts'
import { ownContact } from '../find.ts'
import { method } from '../method.ts'
import { Id, Time } from '../objects.ts'
import { rfc3339 } from '../time.ts'

export const friendPath = method({
  name: 'friend.path',
  summary: 'Through which friends the user knows somebody, the oldest way first. Each holds as long as that one is a friend.',
  params: Type.Object({ contactId: Id }),
  result: Type.Object({ items: Type.Array(Type.Object({ kind: Type.Enum(['cc', 'group', 'shared']), through: Id, text: Type.String(), at: Time })) }),
  errors: ['not_found', 'conflict'],
  example: { params: { contactId: 'p5' }, result: { items: [{ kind: 'cc', through: 'p2', text: 'Alice put them in Cc on 3 May 2026', at: '2026-05-03T10:00:00.000Z' }] } },
  handle: ({ store, userId }, { contactId }) => store.read((tx) => ({
    items: pathsTo(tx, ownContact(tx, userId, contactId).id).map((path) => ({ kind: path.kind, through: publicId('contact', path.contactId), text: pathWords(path), at: rfc3339(path.at) }))
  }))
})
