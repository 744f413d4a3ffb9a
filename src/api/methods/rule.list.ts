import Type from 'typebox'
import { logBounds } from '../../store/events.ts'
import { listRules } from '../../store/rules.ts'
import { keyOf, pageOf } from '../cursor.ts'
import { method } from '../method.ts'
import { Cursor, Limit, Rule, page } from '../objects.ts'
import { ruleOf } from '../present/rule.ts'
import { ruleExample } from '../examples.ts'

export const ruleList = method({
  name: 'rule.list',
  summary: 'What the user has said about senders, by hand or by what they did; the oldest first.',
  params: Type.Object({ limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) }),
  result: page(Rule),
  errors: [],
  example: { params: {}, result: { items: [ruleExample], nextCursor: null, asOf: 42 } },
  handle: ({ store, userId }, { limit = 50, cursor }) => store.read((tx) => ({
    ...pageOf(listRules(tx, userId, { afterId: keyOf(cursor, 1)?.[0] ?? 0, limit: limit + 1 }), limit, ruleOf, ({ id }) => [id]), asOf: logBounds(tx, userId).head
  }))
})
