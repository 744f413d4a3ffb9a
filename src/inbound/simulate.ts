import type { Conversation } from '../model/conversation.ts'
import type { Decision } from '../model/decision.ts'
import { sameTarget } from '../model/rule.ts'
import type { RuleTarget, UserRule } from '../model/rule.ts'
import { getConversation } from '../store/conversations.ts'
import { friendsAtHand } from '../store/look-alikes.ts'
import { contactsWithPaths, partiesOf } from '../store/parties.ts'
import type { PartyRow } from '../store/parties.ts'
import { pathsTo } from '../store/paths.ts'
import { conversationsOf, rulesAtHand } from '../store/rules.ts'
import type { Reader } from '../store/tx.ts'
import { redecide, redecideParty } from './redecide.ts'
import type { Kin } from './redecide.ts'
import { freed } from './teach.ts'
import { trustOf } from './trust.ts'

/** Where something lies, in a word: `inbox`, `other`, `other: newsletters` or `blocked`. */
export type Spot = string

export type Move = { conversationId: number, from: Spot, to: Spot, because: Conversation['because'] }

/** What rules would be: `put` is one more, `removed` one less. */
export type Supposed = { put: UserRule | null, removed: UserRule | null }

/** So many conversations are read at once. */
const together = 2000

/**
 * What would move if the rules were others. `touched` are the conversations that could; `moves` says which of some of them would, by the very decisions
 * that applying the rules makes. Nothing is written.
 */
export function simulation(tx: Reader, userId: number, { put, removed }: Supposed): { touched: number[], moves(conversationIds: number[]): Move[] } {
  const stored = rulesAtHand(tx, userId)
  const trust = trustOf(tx, userId, (target) => {
    if (put && sameTarget(put, target)) return put
    const found = stored(target)
    return found && found.id === removed?.id ? undefined : found
  })
  const kin = kinAtHand(tx, userId)
  const targets: RuleTarget[] = [...(put ? [put] : []), ...(removed ? [removed] : [])]
  const free = (conversation: PartyRow['conversation']) => removed && freed(conversation, removed) ? { ...conversation, routed: false } : conversation

  const decide = (row: PartyRow): Decision | null => {
    const decision = redecideParty(tx, userId, trust, { ...row, conversation: free(row.conversation) }, kin)
    if (decision !== undefined) return decision
    const conversation = getConversation(tx, userId, row.conversation.id)!
    return redecide(tx, userId, trust, { ...conversation, routed: free(conversation).routed })
  }

  return {
    touched: [...new Set(targets.flatMap((target) => conversationsOf(tx, userId, target)))],
    moves(conversationIds) {
      const moves: Move[] = []
      for (let at = 0; at < conversationIds.length; at += together) {
        for (const row of partiesOf(tx, userId, conversationIds.slice(at, at + together))) {
          const decision = decide(row)
          if (!decision) continue
          const [from, to] = [spotOf(row.conversation), spotOf(decision)]
          if (from !== to) moves.push({ conversationId: row.conversation.id, from, to, because: decision.because })
        }
      }
      return moves
    }
  }
}

/** Few have a way to them, and friends are few beside all writers. */
function kinAtHand(tx: Reader, userId: number): Kin {
  const known = contactsWithPaths(tx, userId)
  return { pathTo: (contactId) => known.has(contactId) ? pathsTo(tx, contactId)[0] ?? null : null, namedLike: friendsAtHand(tx, userId) }
}

const spotOf = ({ folder, blockedAt, stream }: Pick<Conversation, 'folder' | 'blockedAt' | 'stream'>): Spot => blockedAt !== null ? 'blocked' : folder === 'inbox' || stream === null ? folder : `other: ${stream}`
