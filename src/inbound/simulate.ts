import type { Conversation } from '../model/conversation.ts'
import { sameTarget } from '../model/rule.ts'
import type { FindRule, RuleTarget, UserRule } from '../model/rule.ts'
import { getConversation } from '../store/conversations.ts'
import { conversationsOf, ruleFinder } from '../store/rules.ts'
import type { Reader } from '../store/tx.ts'
import { redecide } from './redecide.ts'
import { freed } from './teach.ts'
import { trustOf } from './trust.ts'

/** Where something lies, in a word: `inbox`, `other`, `other: newsletters` or `blocked`. */
export type Spot = string

export type Move = { conversation: Conversation, from: Spot, to: Spot, because: Conversation['because'] }

/** What would move if this rule were there, or (`removed`) were not: the very decisions that applying it makes. Writes nothing. */
export function simulate(tx: Reader, userId: number, { put, removed }: { put: UserRule | null, removed: UserRule | null }): Move[] {
  const stored = remembering(ruleFinder(tx, userId))
  const trust = trustOf(tx, userId, (target) => {
    if (put && sameTarget(put, target)) return put
    const found = stored(target)
    return found && found.id === removed?.id ? undefined : found
  })
  const targets: RuleTarget[] = [...(put ? [put] : []), ...(removed ? [removed] : [])]
  const ids = new Set(targets.flatMap((target) => conversationsOf(tx, userId, target)))
  return [...ids].flatMap((id) => {
    const conversation = getConversation(tx, userId, id)
    if (!conversation || conversation.redirectTo !== null) return []
    const decision = redecide(tx, userId, trust, removed && freed(conversation, removed) ? { ...conversation, routed: false } : conversation)
    if (!decision) return []
    const [from, to] = [spotOf(conversation), spotOf(decision)]
    return from === to ? [] : [{ conversation, from, to, because: decision.because }]
  })
}

/** Thousands of writers share a domain, and nothing changes meanwhile. */
function remembering(find: FindRule): FindRule {
  const found = new Map<string, UserRule | undefined>()
  return (target) => {
    if (target.scope === 'address') return find(target)
    const key = `${target.scope} ${target.kind} ${target.value}`
    if (!found.has(key)) found.set(key, find(target))
    return found.get(key)
  }
}

const spotOf = ({ folder, blockedAt, stream }: Pick<Conversation, 'folder' | 'blockedAt' | 'stream'>): Spot => blockedAt !== null ? 'blocked' : folder === 'inbox' || stream === null ? folder : `other: ${stream}`
