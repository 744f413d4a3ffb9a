import Type from 'typebox'
import { follow } from '../../inbound/teach.ts'
import { sameTarget } from '../../model/rule.ts'
import { changeRule, getRule, putRule, ruleFinder } from '../../store/rules.ts'
import { change } from '../change.ts'
import { ApiError } from '../errors.ts'
import { checkRev, missing, ownRule } from '../find.ts'
import { method } from '../method.ts'
import { Id, Rev, Rule, RuleWish } from '../objects.ts'
import { ruleOf } from '../present/rule.ts'
import { wishedRule } from '../rule-wish.ts'
import { ruleExample } from '../examples.ts'

export const rulePut = method({
  name: 'rule.put',
  summary: 'Says what becomes of an address, of everybody at a domain (and below it), or of a list; with `id` says something else instead. There is one rule for each: the newest word replaces the one before. What is there already moves at once, but for conversations that the user has put where they are.',
  params: Type.Object({ id: Type.Optional(Id), ...RuleWish.properties, ifRev: Type.Optional(Rev) }),
  result: Rule,
  errors: ['not_found', 'conflict'],
  example: { params: { scope: 'domain', value: 'shop.example', action: 'other', stream: 'newsletters' }, result: ruleExample },
  orderBy: () => 'rules',
  async handle(ctx, { id, ifRev, ...wish }) {
    const wished = await wishedRule(ctx, wish)
    return change(ctx, (tx, changes, now) => {
      const rule = { ...wished, origin: 'user' as const, at: now }
      const there = ruleFinder(tx, ctx.userId)(rule)
      if (id === undefined) {
        if (there) checkRev(there.rev, ifRev, () => ruleOf(there))
        else if (ifRev !== undefined) throw new ApiError('conflict', 'there is no such rule any more: leave out ifRev to make it anew')
        const made = putRule(tx, changes, ctx.userId, rule)
        follow(tx, changes, ctx.userId, [made])
        return ruleOf(made)
      }
      const before = ownRule(tx, ctx.userId, id)
      checkRev(before.rev, ifRev, () => ruleOf(before))
      if (there && there.id !== before.id) throw new ApiError('conflict', 'another rule is about the same: change that one', ruleOf(there))
      const made = changeRule(tx, changes, ctx.userId, before.id, rule)
      follow(tx, changes, ctx.userId, sameTarget(before, made) ? [made] : [before, made])
      return ruleOf(getRule(tx, ctx.userId, made.id) ?? missing('rule'))
    })
  }
})
