import Type from 'typebox'
import { unlearn } from '../../inbound/teach.ts'
import { change } from '../change.ts'
import { checkRev, ownRule } from '../find.ts'
import { method } from '../method.ts'
import { Id, Rev } from '../objects.ts'
import { ruleOf } from '../present/rule.ts'

export const ruleDelete = method({
  name: 'rule.delete',
  summary: 'Takes a rule away. What only it had moved moves back; so does a conversation whose move had made it.',
  params: Type.Object({ id: Id, ifRev: Type.Optional(Rev) }),
  result: Type.Object({ moved: Type.Integer({ minimum: 0, description: 'conversations' }) }),
  errors: ['not_found', 'conflict'],
  example: { params: { id: 'k3' }, result: { moved: 1 } },
  orderBy: () => 'rules',
  handle: (ctx, { id, ifRev }) => change(ctx, (tx, changes) => {
    const rule = ownRule(tx, ctx.userId, id)
    checkRev(rule.rev, ifRev, () => ruleOf(rule))
    return { moved: unlearn(tx, changes, ctx.userId, rule) }
  })
})
