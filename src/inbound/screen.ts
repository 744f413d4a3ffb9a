import type { ChangeList } from '../model/event.ts'
import type { Because } from '../model/decision.ts'
import type { Conversation } from '../model/conversation.ts'
import { sameTarget } from '../model/rule.ts'
import type { RuleTarget, UserRule } from '../model/rule.ts'
import { getContact, updateContact } from '../store/contacts.ts'
import { getConversation, updateConversation } from '../store/conversations.ts'
import { keepMessagesOf } from '../store/block.ts'
import { deleteRule, putRule, ruleFinder } from '../store/rules.ts'
import { insertScreening, markUndone } from '../store/screener.ts'
import type { ScreeningRow } from '../store/screener.ts'
import { settingsOf } from '../store/settings.ts'
import type { Writer } from '../store/tx.ts'
import { block } from './block.ts'
import { forgetLesson, teachSpam } from './lessons.ts'
import { reroute, rerouteOne } from './reroute.ts'
import { follow, learn, targetsOf } from './teach.ts'
import { trustOf } from './trust.ts'

export type Choice = { decision: ScreeningRow['decision'], scope: ScreeningRow['scope'], stream: string | null }

/** How it was before a decision, for undo. */
type Before = {
  rules: { target: RuleTarget, was: UserRule | null }[]
  contact: { id: number, blocked: boolean, friend: boolean } | null
  conversation: Pick<Conversation, 'folder' | 'because' | 'routed' | 'blockedAt' | 'stream'>
}

const words: Record<ScreeningRow['decision'], string> = {
  inbox: 'You let them in from the screener.', stream: 'You put them there from the screener.', deny: 'You turned them down in the screener.', block: 'You blocked them in the screener.', spam: 'You called it spam.'
}
const origins = { inbox: 'approved', stream: 'approved', deny: 'denied', block: 'blocked', spam: 'spam' } as const

/**
 * The user's word about somebody who waits: a rule for what is to come, and what waited moves at once. Where nothing proves who writes, a rule
 * about the address would be about the person whose address it is: so only this conversation is moved. Returns how many conversations moved.
 */
export function decide(tx: Writer, changes: ChangeList, userId: number, conversation: Conversation, shown: string, { decision, scope, stream }: Choice, now: number): { id: number, moved: number } {
  const settings = settingsOf(tx, userId)
  const contact = conversation.contactId === null ? undefined : getContact(tx, userId, conversation.contactId)
  const own = settings.teachByApproving ? targetsOf(tx, conversation, 'address') : []
  const domains = settings.teachByApproving && scope === 'domain' ? targetsOf(tx, conversation, 'domain') : []
  // A rule about a domain lets in only what is wholly proven; whoever the user has just looked at comes in as far as they can prove it.
  const targets = decision === 'inbox' ? [...domains, ...own] : domains.length ? domains : own
  const find = ruleFinder(tx, userId)
  const { folder, because, routed, blockedAt } = conversation
  const before: Before = {
    rules: targets.map((target) => ({ target, was: find(target) ?? null })), contact: contact ? { id: contact.id, blocked: contact.blocked, friend: contact.friend } : null,
    conversation: { folder, because, routed, blockedAt, stream: conversation.stream }
  }
  const id = insertScreening(tx, userId, { conversationId: conversation.id, decision, scope, stream, shown, before: JSON.stringify(before), at: now })
  const lies = decision === 'spam' ? 'spam' : stream
  if (decision === 'inbox' || lies === 'spam') teachSpam(tx, userId, conversation, decision !== 'inbox')
  let moved = 0
  if (decision === 'block' && contact) {
    block(tx, changes, userId, contact, true, now)
    moved = 1
  }
  if (targets.length === 0) {
    if (decision !== 'block' || !contact) {
      const because: Because = { rule: decision === 'block' ? 'blocked' : 'moved', text: words[decision], evidence: [] }
      updateConversation(tx, changes, conversation, { routed: true, because, folder: decision === 'inbox' ? 'inbox' : 'other', stream: decision === 'inbox' ? null : lies, ...(decision === 'block' ? { blockedAt: now } : {}) })
      moved = 1
    }
  } else if (decision !== 'block' || domains.length || !contact) {
    moved = Math.max(moved, learn(tx, changes, userId, targets, { action: decision === 'inbox' ? 'inbox' : decision === 'block' ? 'block' : 'other', stream: decision === 'inbox' || decision === 'block' ? null : lies, origin: origins[decision], at: now }))
  }
  if (decision === 'inbox' && contact && settings.befriendByApproving && !contact.friend) {
    updateContact(tx, changes, getContact(tx, userId, contact.id)!, { friend: true })
    reroute(tx, changes, userId, contact.id)
  }
  return { id, moved }
}

/** Takes a decision back: rules, blocks and places are as they were, unless the user has changed them since. Returns how many conversations moved. */
export function undo(tx: Writer, changes: ChangeList, userId: number, row: ScreeningRow, now: number): number {
  const before = JSON.parse(row.before) as Before
  const find = ruleFinder(tx, userId)
  const targets: RuleTarget[] = []
  for (const { target, was } of before.rules) {
    const is = find(target)
    if (is?.at !== row.at || is.origin !== origins[row.decision]) continue
    if (was) putRule(tx, changes, userId, was)
    else deleteRule(tx, changes, userId, is)
    if (!targets.some((one) => sameTarget(one, target))) targets.push(target)
  }
  const contact = before.contact && getContact(tx, userId, before.contact.id)
  if (contact && contact.redirectTo === null) {
    if (row.decision === 'block' && contact.blocked && !before.contact!.blocked) block(tx, changes, userId, contact, false, now)
    const is = getContact(tx, userId, contact.id)!
    if (row.decision === 'inbox' && is.friend && !before.contact!.friend && settingsOf(tx, userId).befriendByApproving) {
      updateContact(tx, changes, is, { friend: false })
      reroute(tx, changes, userId, is.id)
    }
  }
  const conversation = getConversation(tx, userId, row.conversationId)
  const byHand = conversation?.routed === true && conversation.because.text === words[row.decision]
  if (conversation && conversation.redirectTo === null && byHand) {
    if (conversation.blockedAt !== null) keepMessagesOf(tx, changes, conversation.id)
    updateConversation(tx, changes, conversation, before.conversation, { reset: true })
    rerouteOne(tx, changes, userId, trustOf(tx, userId), getConversation(tx, userId, conversation.id)!)
  }
  forgetLesson(tx, userId, row.conversationId)
  markUndone(tx, row.id, now)
  return follow(tx, changes, userId, targets) + Number(byHand)
}
