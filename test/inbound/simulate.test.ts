import t from 'tap'
import fc from 'fast-check'
import { Changes } from '../../src/feed/append.ts'
import { redecide } from '../../src/inbound/redecide.ts'
import { simulation } from '../../src/inbound/simulate.ts'
import { freed } from '../../src/inbound/teach.ts'
import { trustOf } from '../../src/inbound/trust.ts'
import type { Automatic } from '../../src/model/incoming.ts'
import type { Conversation } from '../../src/model/conversation.ts'
import { sameTarget } from '../../src/model/rule.ts'
import type { FindRule, UserRule } from '../../src/model/rule.ts'
import { strandOfList, strandOfMachine, strandOfPeople, strandOfSystem, strandOfUnproven } from '../../src/model/strand.ts'
import type { StrandSpec } from '../../src/model/strand.ts'
import { createAccount } from '../../src/store/accounts.ts'
import { findAddress, getContact, moveAddress, noteSeen, updateContact } from '../../src/store/contacts.ts'
import { getConversation, recount, updateConversation } from '../../src/store/conversations.ts'
import { insertMessage } from '../../src/store/messages.ts'
import { addPath } from '../../src/store/paths.ts'
import { conversationsOf, getRule, putRule, ruleFinder } from '../../src/store/rules.ts'
import { ensureStrand, regroup } from '../../src/store/strands.ts'
import type { Writer } from '../../src/store/tx.ts'
import { dice } from '../rigs/dice.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

const domains = ['friend.example', 'mail.friend.example', 'evil.test']
const writers = Array.from({ length: 24 }, (_, n) => ({ kind: 'email', address: `w${n}@${domains[n % 3]}` }))
const spot = ({ folder, blockedAt, stream }: Pick<Conversation, 'folder' | 'blockedAt' | 'stream'>) => blockedAt !== null ? 'blocked' : folder === 'inbox' || stream === null ? folder : `other: ${stream}`

t.test('what is decided about many at once is what is decided about each alone', async (t) => {
  const { store, clock, seal } = await tempStore(t)
  const userId = await addTestUser(store, 'ada')
  const accountId = await createAccount({ store, clock, notify: () => {} }, seal, { userId, kind: 'test', name: 'Test', settings: {}, own: [{ kind: 'email', address: 'ada@home.example' }] })
  const chance = dice(20261122)
  const below = (n: number) => Math.floor(chance.next() * n)
  const specs = (who: (typeof writers)[number]): StrandSpec[] => [strandOfPeople([who]), strandOfPeople([who]), strandOfMachine(who, 'A machine'), strandOfUnproven({ ...who }, '', 'Somebody'), strandOfPeople([who, writers[below(24)]!]), strandOfList({ id: `l${below(3)}.example`, name: 'A list' }), strandOfSystem(accountId, 'Machines')]

  const touched = new Set<string>()
  const build = (tx: Writer) => {
    const changes = new Changes(userId)
    for (let n = 0; n < 160; n++) {
      const who = writers[below(24)]!
      const spec = specs(who)[below(7)]!
      const { strand, conversation } = ensureStrand(tx, changes, userId, spec, { folder: below(2) ? 'inbox' : 'other', because: { rule: 'unknown', text: '', evidence: [] }, stream: below(4) ? null : 'newsletters' })
      const proven = spec.members.length > 0
      const automatic: Automatic | null = spec.key.startsWith('auto:') ? 'notification' : spec.key.startsWith('system:') ? 'bounce' : spec.key.startsWith('list:') ? 'list' : below(9) ? null : 'invitation'
      const name = below(3) ? undefined : `Person ${below(6)}`
      insertMessage(tx, userId, {
        id: tx.nextId('message'), strandId: strand.id, sortAt: 1000 + below(30), topicId: null, accountId, channel: 'email', direction: below(6) ? 'in' : 'out', senderId: proven ? findAddress(tx, userId, who)!.id : null,
        sender: { ...who, raw: who.address, ...(name ? { name } : {}) }, proof: (['verified', 'weak', 'conflicting'] as const)[proven ? below(2) : 2]!, folder: 'other', because: { rule: 'unknown', text: '', evidence: ['It is like spam.'] }, preview: '', seen: true, flagged: false,
        automatic, status: null, messageId: null, digest: null, sentAt: null, receivedAt: 1, subject: null, text: '', quoted: null, original: null, bounces: [], html: null, recipients: [], references: [], unreadable: null, rawDigest: null, attachments: 0,
        stream: automatic && automatic !== 'invitation' ? 'notifications' : below(5) ? null : 'spam'
      })
      recount(tx, changes, conversation.id)
      const address = proven ? findAddress(tx, userId, who) : undefined
      if (!address) continue
      const contact = getContact(tx, userId, address.contactId)!
      if (below(3) === 0) updateContact(tx, changes, contact, { friend: below(2) === 0, name: below(2) ? `Person ${below(6)}` : '' })
      if (below(12) === 0) updateContact(tx, changes, getContact(tx, userId, contact.id)!, { blocked: true, blockedAt: 5 })
      if (below(5) === 0) noteSeen(tx, changes, address, { outAt: 1 + below(9) })
      const other = findAddress(tx, userId, writers[below(24)]!)
      if (other && below(3) > 0) addPath(tx, { addressId: address.id, viaId: other.id, kind: 'cc', about: '', at: 1 })
      if (other && other.contactId !== contact.id && below(10) === 0) {
        moveAddress(tx, other.id, contact.id)
        regroup(tx, changes, userId, [other.id])
      }
      if (below(6) === 0) updateConversation(tx, changes, getConversation(tx, userId, conversation.id)!, { routed: true, because: { rule: 'moved', text: '', evidence: [] }, ...(below(3) ? {} : { blockedAt: 5 }) })
    }
    for (let n = 0; n < 10; n++) putRule(tx, changes, userId, { ...target(below(3), below(24)), action: (['inbox', 'other', 'block'] as const)[below(3)]!, stream: null, origin: below(2) ? 'user' : 'moved', at: 1 })
  }
  await store.hot(build)

  let moved = 0
  await fc.assert(fc.asyncProperty(fc.nat(2), fc.nat(23), fc.constantFrom('inbox', 'other', 'block' as const), fc.option(fc.integer({ min: 1, max: 12 })), fc.boolean(), async (scope, which, action, removedId, both) => {
    await store.read((tx) => {
      const removed = removedId === null ? null : getRule(tx, userId, removedId) ?? null
      const put: UserRule | null = removed && !both ? null : { ...target(scope, which), id: 0, action, stream: null, origin: 'user', at: 9, rev: 1 }
      const stored = ruleFinder(tx, userId)
      const find: FindRule = (about) => put && sameTarget(put, about) ? put : [stored(about)].find((rule) => rule?.id !== removed?.id)
      const alone = new Map<number, string>()
      for (const id of new Set([put, removed].flatMap((rule) => rule ? conversationsOf(tx, userId, rule) : []))) {
        const conversation = getConversation(tx, userId, id)!
        if (conversation.redirectTo !== null) continue
        const decision = redecide(tx, userId, trustOf(tx, userId, find), removed && freed(conversation, removed) ? { ...conversation, routed: false } : conversation)
        touched.add(conversation.kind)
        if (decision && spot(decision) !== spot(conversation)) alone.set(id, JSON.stringify([spot(conversation), spot(decision), decision.because]))
      }
      const { touched: ids, moves } = simulation(tx, userId, { put, removed })
      const together = new Map(moves(ids).map(({ conversationId, from, to, because }) => [conversationId, JSON.stringify([from, to, because])]))
      moved += together.size
      if (JSON.stringify([...together].sort()) !== JSON.stringify([...alone].sort())) throw new Error(JSON.stringify({ put, removed, together: [...together], alone: [...alone] }))
    })
  }), { numRuns: 300, seed: 7, endOnFailure: true })
  t.ok(moved > 500, `and much has moved: ${moved}`)
  t.same([...touched].sort(), ['list', 'person', 'system'], 'of each kind that a rule moves')
})

function target(scope: number, which: number): Pick<UserRule, 'scope' | 'kind' | 'value'> {
  return scope === 0 ? { scope: 'address', kind: 'email', value: writers[which]!.address } : scope === 1 ? { scope: 'domain', kind: 'email', value: domains[which % 3]! } : { scope: 'list', kind: '', value: `l${which % 3}.example` }
}
