import Type from 'typebox'
import { filesWith, linkingWith, topicsWith } from '../../store/exchanged.ts'
import { logBounds } from '../../store/events.ts'
import { publicId } from '../../model/ids.ts'
import { keyOf, pageOf } from '../cursor.ts'
import { ownContact } from '../find.ts'
import { method } from '../method.ts'
import { Cursor, Id, Limit, Time, page } from '../objects.ts'
import { rfc3339 } from '../time.ts'

const Item = Type.Object({
  at: Time,
  conversationId: Id,
  messageId: Type.Optional(Id),
  direction: Type.Optional(Type.String({ description: 'in or out' })),
  file: Type.Optional(Type.Object({ id: Id, name: Type.String(), contentType: Type.String(), size: Type.Integer({ minimum: 0 }) })),
  links: Type.Optional(Type.Array(Type.String(), { description: 'addresses in the text of one message, each once' })),
  topic: Type.Optional(Type.Object({ id: Id, subject: Type.String(), messages: Type.Integer({ minimum: 1 }) }))
})

/** Links of one message beyond these are a list, and nothing that anybody remembers. */
const mostLinks = 20

export const contactExchanged = method({
  name: 'contact.exchanged',
  summary: 'All that was exchanged with somebody, alone and in groups, newest first: files, links in texts, or topics.',
  params: Type.Object({ id: Id, kind: Type.Enum(['files', 'links', 'topics']), limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) }),
  result: page(Item),
  errors: ['not_found', 'conflict'],
  example: {
    params: { id: 'p2', kind: 'files' },
    result: { items: [{ at: '2026-05-03T10:00:00.000Z', conversationId: 'c1', messageId: 'm12', direction: 'in', file: { id: 'b7', name: 'map.pdf', contentType: 'application/pdf', size: 12_000 } }], nextCursor: null, asOf: 42 }
  },
  handle: ({ store, userId }, { id, kind, limit = 50, cursor }) => store.read((tx) => {
    const contact = ownContact(tx, userId, id)
    const key = keyOf(cursor, 2)
    const before = key && { at: key[0]!, id: key[1]! }
    const place = ({ at, conversationId }: { at: number, conversationId: number }) => ({ at: rfc3339(at), conversationId: publicId('conversation', conversationId) })
    const keyAt = ({ at, id }: { at: number, id: number }) => [at, id]
    const asOf = logBounds(tx, userId).head
    if (kind === 'files') {
      return { ...pageOf(filesWith(tx, contact.id, before, limit + 1), limit, (row) => ({ ...place(row), messageId: publicId('message', row.messageId), direction: row.direction, file: { id: publicId('blob', row.id), name: row.name, contentType: row.contentType, size: row.size } }), keyAt), asOf }
    }
    if (kind === 'links') return { ...pageOf(linkingWith(tx, contact.id, before, limit + 1), limit, (row) => ({ ...place(row), messageId: publicId('message', row.id), direction: row.direction, links: linksIn(row.text) }), keyAt), asOf }
    return { ...pageOf(topicsWith(tx, contact.id, before, limit + 1), limit, (row) => ({ ...place(row), topic: { id: publicId('topic', row.id), subject: row.subject, messages: row.messages } }), keyAt), asOf }
  })
})

function linksIn(text: string): string[] {
  const found = text.match(/\bhttps?:\/\/[^\s<>"']{1,2000}/gi) ?? []
  return [...new Set(found.map((link) => link.replace(/[.,;:!?)\]]+$/, '')))].slice(0, mostLinks)
}
