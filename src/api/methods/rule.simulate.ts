import Type from 'typebox'
import { simulation } from '../../inbound/simulate.ts'
import type { Move } from '../../inbound/simulate.ts'
import { publicId } from '../../model/ids.ts'
import { logBounds } from '../../store/events.ts'
import { countRecent, listRecent } from '../../store/recent.ts'
import type { Recent } from '../../store/recent.ts'
import type { Reader } from '../../store/tx.ts'
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
      const since = ctx.clock.now() - days
      const removed = without === undefined ? null : ownRule(tx, ctx.userId, without)
      const { touched, moves } = simulation(tx, ctx.userId, { put: wished ? { ...wished, id: 0, origin: 'user', at: ctx.clock.now(), rev: 1 } : null, removed })
      const key = keyOf(cursor, 4)
      const { rows, messages, conversations } = key
        ? { rows: following(tx, touched, moves, since, { before: { sortAt: key[0]!, id: key[1]! }, limit: limit + 1 }), messages: key[2]!, conversations: key[3]! }
        : first(tx, moves(touched), since, limit + 1)
      const page = pageOf(rows, limit, ({ id, move }) => ({
        message: previewAt(tx, ctx.userId, id)!, conversationId: publicId('conversation', move.conversationId), from: move.from, to: move.to, because: move.because
      }), ({ sortAt, id }) => [sortAt, id, messages, conversations])
      return { messages, conversations, ...page, asOf: logBounds(tx, ctx.userId).head }
    })
  }
})

type Row = Recent & { move: Move }

/** The first page decides about all that the rule could move, and counts it. */
function first(tx: Reader, all: Move[], since: number, limit: number): { rows: Row[], messages: number, conversations: number } {
  const moved = new Map(all.map((move) => [move.conversationId, move]))
  const rows = listRecent(tx, [...moved.keys()], since, { before: null, limit }).map((message) => ({ ...message, move: moved.get(message.conversationId)! }))
  return { rows, messages: countRecent(tx, [...moved.keys()], since), conversations: all.length }
}

/** A later one decides only about what it comes by, until it is full: whoever reads all pages pays for each of them once. */
function following(tx: Reader, touched: number[], moves: (conversationIds: number[]) => Move[], since: number, { before, limit }: { before: { sortAt: number, id: number }, limit: number }): Row[] {
  const decided = new Map<number, Move | null>()
  const rows: Row[] = []
  for (let size = limit * 2, from = before; ; size *= 4) {
    const some = listRecent(tx, touched, since, { before: from, limit: size })
    const asked = [...new Set(some.map(({ conversationId }) => conversationId))].filter((id) => !decided.has(id))
    for (const id of asked) decided.set(id, null)
    for (const move of moves(asked)) decided.set(move.conversationId, move)
    for (const message of some) {
      const move = decided.get(message.conversationId)
      if (move) rows.push({ ...message, move })
    }
    if (rows.length >= limit || some.length < size) return rows.slice(0, limit)
    from = some.at(-1)!
  }
}
