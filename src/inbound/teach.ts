import { domainOf } from '../model/address.ts'
import type { ChangeList } from '../model/event.ts'
import type { Conversation } from '../model/conversation.ts'
import { sameTarget } from '../model/rule.ts'
import type { RuleTarget, UserRule } from '../model/rule.ts'
import { getConversation, updateConversation } from '../store/conversations.ts'
import { listIdOf } from '../store/affected.ts'
import { conversationsOf, deleteRule, putRule } from '../store/rules.ts'
import { writerAddresses } from '../store/strands.ts'
import type { Reader, Writer } from '../store/tx.ts'
import { getContact, updateContact } from '../store/contacts.ts'
import { unfold } from './folded.ts'
import { reroute, rerouteOne } from './reroute.ts'
import { trustOf } from './trust.ts'

/** What a rule made from a conversation is about: its list, or those who write in it. Empty: nobody can tell who writes (or it is a group), so no rule can say. */
export function targetsOf(tx: Reader, conversation: Conversation, by: 'address' | 'domain'): RuleTarget[] {
  if (conversation.kind === 'list') {
    const value = listIdOf(tx, conversation.id)
    return value === null ? [] : [{ scope: 'list', kind: '', value }]
  }
  if (conversation.kind === 'group') return []
  const addresses = writerAddresses(tx, conversation.id)
  if (by === 'address') return addresses.map(({ kind, address }) => ({ scope: 'address', kind, value: address }))
  const domains = addresses.filter(({ address }) => address.includes('@')).map(({ kind, address }): RuleTarget => ({ scope: 'domain', kind, value: domainOf(address) }))
  return domains.filter((one, i) => domains.findIndex((other) => sameTarget(one, other)) === i)
}

export type Lesson = Pick<UserRule, 'action' | 'stream' | 'origin' | 'at'>

/** Makes a rule about each of these; what lies there already moves at once. Returns how many conversations moved. */
export function learn(tx: Writer, changes: ChangeList, userId: number, targets: RuleTarget[], { action, stream, origin, at }: Lesson): number {
  for (const { scope, kind, value } of targets) putRule(tx, changes, userId, { scope, kind, value, action, stream, origin, at })
  return follow(tx, changes, userId, targets)
}

/** Takes a rule away; what only it had moved moves back. A conversation whose own move had made the rule is free again. */
export function unlearn(tx: Writer, changes: ChangeList, userId: number, rule: UserRule): number {
  deleteRule(tx, changes, userId, rule)
  for (const id of conversationsOf(tx, userId, rule)) {
    const conversation = getConversation(tx, userId, id)
    if (conversation && freed(conversation, rule)) updateConversation(tx, changes, conversation, { routed: false })
  }
  return follow(tx, changes, userId, [rule])
}

/** Whether a conversation is where it is by the very move that made the rule. */
export function freed({ routed, because }: Pick<Conversation, 'routed' | 'because'>, { origin }: UserRule): boolean {
  return routed && because.rule === 'moved' && origin === 'moved'
}

/** The user has answered somebody: a rule, or a friend, as far as the user wants that. Groups teach nothing. */
export function taughtByReply(tx: Writer, changes: ChangeList, userId: number, conversation: Conversation, { rule, friend }: { rule: boolean, friend: boolean }, at: number): void {
  const contact = conversation.contactId === null ? undefined : getContact(tx, userId, conversation.contactId)
  if (!contact) return
  if (rule) learn(tx, changes, userId, targetsOf(tx, conversation, 'address'), { action: 'inbox', stream: null, origin: 'replied', at })
  if (!friend || contact.friend) return
  updateContact(tx, changes, contact, { friend: true })
  reroute(tx, changes, userId, contact.id)
}

/** Decides again about all that rules on these would move. Returns how many conversations moved. */
export function follow(tx: Writer, changes: ChangeList, userId: number, targets: RuleTarget[]): number {
  const trust = trustOf(tx, userId)
  const ids = new Set(targets.flatMap((target) => conversationsOf(tx, userId, target)))
  let moved = 0
  for (const id of ids) {
    const conversation = getConversation(tx, userId, id)
    if (conversation && rerouteOne(tx, changes, userId, trust, conversation)) moved++
  }
  unfold(tx, changes, userId, trust)
  return moved
}
