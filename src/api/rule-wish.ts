import { getPublicSuffix } from 'tldts'
import { canonicalEmail, domainOf } from '../model/address.ts'
import type { RuleTarget, UserRule } from '../model/rule.ts'
import type { Context } from './context.ts'
import { ApiError } from './errors.ts'
import type { RuleWish } from './objects.ts'
import { isShared, sharedWords } from './shared-domain.ts'

/** What a request says of a rule, with the one form of its address, domain or List-Id. Throws invalid_params with words. */
export async function wishedRule(ctx: Context, { scope, kind = 'email', value, action, stream }: RuleWish): Promise<RuleTarget & Pick<UserRule, 'action' | 'stream'>> {
  if (stream !== undefined && action !== 'other') throw new ApiError('invalid_params', 'params.stream goes with the action "other": the inbox has no streams')
  const target = await targetOf(ctx, scope, kind, value)
  if (scope === 'domain' && action !== 'other' && isShared(target.value)) throw new ApiError('invalid_params', `params.value: ${sharedWords(target.value)}`)
  return { ...target, action, stream: stream ?? null }
}

async function targetOf(ctx: Context, scope: RuleTarget['scope'], kind: string, value: string): Promise<RuleTarget> {
  if (scope === 'address') {
    const { kind: its, address } = await ctx.rooms.canonical(ctx.userId, { kind, address: value })
    return { scope, kind: its, value: address }
  }
  if (scope === 'list') return { scope, kind: '', value: value.toLowerCase() }
  const address = canonicalEmail('x@' + value.replace(/^@/, ''))
  if (address === null) throw new ApiError('invalid_params', `params.value: "${value.slice(0, 100)}" is not a domain: write it alone, like example.org`)
  const domain = domainOf(address)
  if (getPublicSuffix(domain, { allowPrivateDomains: true }) === domain) throw new ApiError('invalid_params', `params.value: under ${domain} anybody can have a name: choose a domain below it`)
  return { scope, kind, value: domain }
}
