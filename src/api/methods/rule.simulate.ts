import Type from 'typebox'
import { simulate } from '../../inbound/simulate.ts'
import { publicId } from '../../model/ids.ts'
import { logBounds } from '../../store/events.ts'
import { recentIn } from '../../store/recent.ts'
import { keyOf, pageOf } from '../cursor.ts'
import { ApiError } from '../errors.ts'
import { ownRule } from '../find.ts'
import { method } from '../method.ts'
import { AsOf, Because, Cursor, Id, Limit, MessagePreview, RuleWish } from '../objects.ts'
import { previewAt } from '../present/preview.ts'
import { wishedRule } from '../rule-wish.ts'
import { messageExample } from '../examples.ts'

const days = 90 * 86_400_000
const Spot = Type.String({ description: 'inbox, other, "other: " and a stream, or blocked' })

export const ruleSimulate = method({
  name: 'rule.simulate',
  summary: 'What would move if this rule were there, or if the rule `without` were not (both: instead of it): every message of the last 90 days, newest first, by the very decisions that applying it makes. Writes nothing.',
  params: Type.Object({ rule: Type.Optional(RuleWish), without: Type.Optional(Id), limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) }),
  result: Type.Object({
    messages: Type.Integer({ minimum: 0 }), conversations: Type.Integer({ minimum: 0 }),
    items: Type.Array(Type.Object({ message: MessagePreview, conversationId: Id, from: Spot, to: Spot, because: Because })), nextCursor: Type.Union([Type.String(), Type.Null()]), asOf: AsOf
  }),
  errors: ['not_found'],
  example: {
    params: { rule: { scope: 'address', value: 'alice@friend.example', action: 'other' } },
    result: {
      messages: 1, conversations: 1, nextCursor: null, asOf: 42,
      items: [{ message: { id: 'm12', direction: 'in', channel: 'email', sender: messageExample.sender, preview: 'Saturday at nine?', sortAt: messageExample.sortAt }, conversationId: 'c4', from: 'inbox', to: 'other', because: { rule: 'rule', text: 'You put alice@friend.example in Other.', evidence: [] } }]
    }
  },
  async handle(ctx, { rule, without, limit = 50, cursor }) {
    if (!rule && without === undefined) throw new ApiError('invalid_params', 'params.rule or params.without is missing: say what would be different')
    const wished = rule && await wishedRule(ctx, rule)
    return ctx.store.read((tx) => {
      const now = ctx.clock.now()
      const removed = without === undefined ? null : ownRule(tx, ctx.userId, without)
      const moves = simulate(tx, ctx.userId, { put: wished ? { ...wished, id: 0, origin: 'user', at: now, rev: 1 } : null, removed })
      const found = moves.flatMap((move) => recentIn(tx, move.conversation.id, now - days).map((message) => ({ ...message, move }))).sort((a, b) => b.sortAt - a.sortAt || b.id - a.id)
      const key = keyOf(cursor, 2)
      const rows = key ? found.filter(({ sortAt, id }) => sortAt < key[0]! || (sortAt === key[0]! && id < key[1]!)) : found
      const page = pageOf(rows.slice(0, limit + 1), limit, ({ id, move }) => ({
        message: previewAt(tx, ctx.userId, id)!, conversationId: publicId('conversation', move.conversation.id), from: move.from, to: move.to, because: move.because
      }), ({ sortAt, id }) => [sortAt, id])
      return { messages: found.length, conversations: moves.length, ...page, asOf: logBounds(tx, ctx.userId).head }
    })
  }
})
