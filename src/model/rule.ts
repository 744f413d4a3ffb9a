import type { Folder } from './decision.ts'

/** What a rule is about: one address, everybody of a domain (and of those below it), or a mailing list. */
export type RuleScope = 'address' | 'domain' | 'list'
export type RuleAction = Folder | 'block'

/** Where a rule comes from: the user wrote it, or something the user did made it. */
export type RuleOrigin = 'user' | 'moved' | 'replied' | 'approved' | 'denied' | 'blocked' | 'spam' | 'unsubscribed'

/** What a rule is about; `kind` is the address's, '' for a list. A user has one rule for each: the newest word replaces the one before. */
export type RuleTarget = { scope: RuleScope, kind: string, value: string }

/** What the user has said about a sender. `stream`: where in Other. `at` (ms): when it was last said. */
export type UserRule = RuleTarget & { id: number, action: RuleAction, stream: string | null, origin: RuleOrigin, at: number, rev: number }

/** Who a message is from, as rules see it. `list`: its List-Id. */
export type Writer = { kind: string, address: string | null, list: string | null }

export type FindRule = (target: RuleTarget) => UserRule | undefined

/**
 * The rule that decides: the most specific one. About a mail of a list only the list's own rule does, or one that blocks its writer;
 * otherwise the address's before the domain's, and a longer domain before a shorter one.
 */
export function fitting(find: FindRule, { kind, address, list }: Writer): UserRule | null {
  if (list !== null) {
    const own = find({ scope: 'list', kind: '', value: list })
    if (own) return own
  }
  const about = address === null ? undefined : find({ scope: 'address', kind, value: address }) ?? ofDomain(find, kind, address)
  return about && (list === null || about.action === 'block') ? about : null
}

function ofDomain(find: FindRule, kind: string, address: string): UserRule | undefined {
  for (let at = address.lastIndexOf('@'); at >= 0; at = address.indexOf('.', at + 1)) {
    const found = find({ scope: 'domain', kind, value: address.slice(at + 1) })
    if (found) return found
  }
  return undefined
}

/** Whether two rules are about the same. */
export function sameTarget(one: RuleTarget, other: RuleTarget): boolean {
  return one.scope === other.scope && one.kind === other.kind && one.value === other.value
}

/** A rule in words. */
export function ruleWords({ scope, value, action, stream }: Pick<UserRule, 'scope' | 'value' | 'action' | 'stream'>): string {
  const who = scope === 'address' ? value : scope === 'domain' ? `everybody at ${value}` : `the list ${value}`
  if (action === 'block') return `You blocked ${who}.`
  if (action === 'inbox') return `You let ${who} into the inbox.`
  return stream === null ? `You put ${who} in Other.` : `You put ${who} in Other, with ${stream}.`
}
