import Type from 'typebox'
import { isTimeZone } from '../../model/search-date.ts'
import { parseSearch } from '../../model/search-query.ts'
import { cursorOf, keyOf } from '../cursor.ts'
import { ApiError } from '../errors.ts'
import { conversationById } from '../find.ts'
import { method } from '../method.ts'
import { Contact, Cursor, Id, Limit, SearchHit } from '../objects.ts'
import { writtenList } from '../written.ts'

const standard = 20

export const searchQuery = method({
  name: 'search.query',
  summary: 'Finds messages by people, subjects, texts and file names, on all channels. The language is in docs/search.md.',
  params: Type.Object({
    q: Type.String({ minLength: 1, maxLength: 500, description: 'words, "a phrase", begin*, -not, and from: to: with: in: channel: has: before: after: is: subject:' }),
    order: Type.Optional(Type.Enum(['newest', 'best'], { description: 'newest first unless told' })),
    conversationId: Type.Optional(Id),
    timeZone: Type.Optional(Type.String({ maxLength: 64, description: 'where the days of before: and after: begin (IANA); UTC unless told' })),
    limit: Type.Optional(Limit),
    cursor: Type.Optional(Cursor)
  }),
  result: Type.Object({
    items: Type.Array(SearchHit),
    people: Type.Array(Contact, { maxItems: 5, description: 'whose names or addresses begin with the words, friends first; on the first page of a search by words alone' }),
    nextCursor: Type.Union([Type.String(), Type.Null()]),
    asOf: Type.Integer({ minimum: 0, description: 'the position in the log up to which messages are found' }),
    indexing: Type.Optional(Type.Boolean({ description: 'the index is being made anew: not everything is found yet' }))
  }),
  errors: ['not_found'],
  example: {
    params: { q: 'from:alice "summer trip" -draft', limit: 20 },
    result: {
      items: [{
        id: 'm12', conversationId: 'c4', title: 'Alice', folder: 'inbox', archived: false, sortAt: '2026-11-20T09:30:00.000Z', channel: 'email', direction: 'in',
        sender: { kind: 'email', address: 'alice@friend.example', name: 'Alice', contactId: 'p3', proof: 'verified' }, seen: true, flagged: false, subject: 'Summer trip', subjectMarks: [{ start: 0, end: 11 }],
        snippet: { text: 'Shall we plan the summer trip on Monday?', marks: [{ start: 18, end: 29 }] }, files: []
      }],
      people: [], nextCursor: null, asOf: 42
    }
  },
  async handle({ store, userId, clock, rooms, signal }, { q, order = 'newest', conversationId, timeZone = 'UTC', limit = standard, cursor }) {
    if (!isTimeZone(timeZone)) throw new ApiError('invalid_params', 'params.timeZone is no time zone: write its IANA name, like Europe/Berlin')
    const terms = parseSearch(q, { now: clock.now(), timeZone })
    const within = conversationId === undefined ? [] : [{ not: false, type: 'conversation' as const, id: await store.read((tx) => conversationById(tx, userId, conversationId) && conversationId) }]
    const { items, people, next, asOf, rebuilding } = await rooms.search({ userId, terms: [...terms, ...within], order, limit, cursor: keyOf(cursor, order === 'newest' ? 1 : 3) }, signal)
    return { items: writtenList<SearchHit>(items), people: writtenList<Contact>(people), nextCursor: next && cursorOf(...next), asOf, ...rebuilding ? { indexing: true } : {} }
  }
})
