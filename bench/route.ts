import { openStore } from '../src/store/database.ts'
import { decide, identify } from '../src/inbound/decide.ts'
import { strandOf } from '../src/inbound/converse.ts'
import { trustOf } from '../src/inbound/trust.ts'
import { simulation } from '../src/inbound/simulate.ts'
import type { IncomingMessage } from '../src/connector.ts'
import type { ReadyMessage } from '../src/inbound/understand.ts'
import { Changes } from '../src/feed/append.ts'
import { insertAddress, insertContact, updateContact } from '../src/store/contacts.ts'
import { insertMessage } from '../src/store/messages.ts'
import { countRecent, listRecent } from '../src/store/recent.ts'
import { putRule } from '../src/store/rules.ts'
import { ensureStrand } from '../src/store/strands.ts'
import { recount } from '../src/store/conversations.ts'
import { addPath } from '../src/store/paths.ts'
import type { Writer } from '../src/store/tx.ts'
import { argument, median, ms, times } from './parts/figures.ts'
import { found, log, standing, temporary } from './parts/house.ts'
import { ada } from './parts/mails.ts'
import { printTable } from './parts/table.ts'

/**
 * What a decision costs: who is it, what does the proof make of that, and the ladder, by what is stored. node bench/route.ts [contacts] [rules]
 * [messages for rule.simulate]
 */
const contacts = argument(0, 50_000)
const rules = argument(1, 2_000)
const stored = argument(2, 100_000)
const runs = 9
const decisions = 4_000
const domains = 500

const place = await temporary()
const { userId, accountId } = await found(place.folder)
const store = await openStore({ folder: place.folder, clock: standing, log })
const address = (i: number) => ({ kind: 'email', address: `person${i}@d${i % domains}.example`, name: `Person ${i}` })
const addressIds: number[] = []

for (let from = 0; from < contacts; from += 1000) await write((tx, changes) => {
  for (let i = from; i < Math.min(contacts, from + 1000); i++) {
    const contact = insertContact(tx, changes, userId, `Person ${i}`, 'message')
    const { id } = insertAddress(tx, userId, contact.id, address(i))
    addressIds.push(id)
    if (i % 50 === 0) updateContact(tx, changes, contact, { friend: true })
    if (i % 50 === 1) addPath(tx, { addressId: id, viaId: addressIds[i - 1]!, kind: 'cc', about: '', at: 1 })
  }
})
await write((tx, changes) => {
  for (let i = 0; i < rules; i++) {
    const about = i % 3 === 0 ? { scope: 'domain' as const, kind: 'email', value: `rule${i}.example` } : i % 3 === 1 ? { scope: 'list' as const, kind: '', value: `list${i}.example` } : { scope: 'address' as const, kind: 'email', value: address(i * 7).address }
    putRule(tx, changes, userId, { ...about, action: i % 2 ? 'other' : 'inbox', stream: null, origin: 'user', at: 1 })
  }
})
const bulk = 2_000
for (let from = 0; from < stored; from += bulk) await write((tx, changes) => {
  for (let n = from; n < Math.min(stored, from + bulk); n++) {
    const i = n % Math.min(contacts, 20_000)
    const who = { kind: 'email', address: `writer${i}@big.example` }
    const { strand, conversation } = ensureStrand(tx, changes, userId, { key: `email:${who.address}`, kind: 'person', members: [who], title: '' }, { folder: 'other', because: { rule: 'unknown', text: '', evidence: [] } })
    const id = tx.nextId('message')
    insertMessage(tx, userId, {
      id, strandId: strand.id, sortAt: standing.now() - n, topicId: null, accountId, channel: 'email', direction: 'in', senderId: strand.addressId, sender: { ...who, raw: who.address }, proof: 'verified', folder: 'other',
      because: { rule: 'unknown', text: '', evidence: [] }, preview: 'hello', seen: true, flagged: false, automatic: null, status: null, messageId: null, digest: null, sentAt: null, receivedAt: 1, subject: null, text: 'hello', quoted: null, original: null,
      bounces: [], html: null, recipients: [], references: [], unreadable: null, rawDigest: null, attachments: 0
    })
    recount(tx, changes, conversation.id)
  }
})

/** Friends, friends of friends, the known and the unknown, whom a rule is about or not; a tenth by lists and machines. */
const messages = Array.from({ length: decisions }, (_, n): ReadyMessage => {
  const i = n * 7919 % (contacts + contacts / 10 | 0)
  const { name, ...who } = address(i)
  const message: IncomingMessage = {
    type: 'message', sender: { ...who, name, raw: `${name} <${who.address}>` }, recipients: [{ ...ada, role: 'to' }], direction: 'in', text: 'hello', attachments: [], references: [],
    ...(n % 20 === 0 ? { list: { id: `list${n}.example` }, automatic: 'list' } : n % 20 === 1 ? { automatic: 'notification' } : {})
  }
  return { message, proof: { level: n % 3 ? 'verified' : 'weak', evidence: ['x'] }, digest: new Uint8Array(32), senderDigest: '', attachments: [] }
})
const account = { id: accountId, userId, kind: 'bench', channel: 'email', since: 0, context: { own: [ada], region: null, authserv: null } }
const own = new Set([`${ada.kind}:${ada.address}`])
const [whole, bare]: [number[], number[]] = [[], []]
const outcomes = new Map<string, number>()
for (let run = 0; run < runs; run++) {
  whole.push(await store.read((tx) => {
    const asking = { tx, account, own, trust: trustOf(tx, userId), last: false }
    const before = process.cpuUsage()
    for (const item of messages) {
      const from = identify(asking, item, { at: 2, history: false })
      const spec = strandOf(item.message, { accountId, own, enough: from.proof.enough, senderDigest: '' })
      const { decision } = decide(asking, item.message, from, spec)
      if (run === 0) outcomes.set(decision.because.rule, (outcomes.get(decision.because.rule) ?? 0) + 1)
    }
    return spent(before) / decisions
  }))
  bare.push(await store.read((tx) => {
    const before = process.cpuUsage()
    for (const { message: { sender } } of messages) {
      const row = tx.get<{ contact_id: number }>('SELECT id, kind, address, name, contact_id, verified_at, last_in_at, last_out_at FROM address WHERE user_id = ? AND kind = ? AND address = ?', userId, sender.kind, sender.address)
      if (row) tx.get('SELECT id, name, named_by, friend, blocked, notes, via, redirect_to, rev FROM contact WHERE id = ? AND user_id = ?', row.contact_id, userId)
    }
    return spent(before) / decisions
  }))
}
const simulated: number[] = []
let moved = 0
for (let run = 0; run < 3; run++) simulated.push(await store.read((tx) => {
  const before = process.cpuUsage()
  const { touched, moves } = simulation(tx, userId, { put: { id: 0, scope: 'domain', kind: 'email', value: 'big.example', action: 'inbox', stream: null, origin: 'user', at: 1, rev: 1 }, removed: null })
  const conversations = moves(touched).map(({ conversationId }) => conversationId)
  const since = standing.now() - 90 * 86_400_000
  moved = countRecent(tx, conversations, since)
  listRecent(tx, conversations, since, { before: null, limit: 50 })
  return spent(before)
}))
await store.close()
await place.remove()
printTable(`A decision at ${contacts} contacts and ${rules} rules`, ['', 'a message', 'to the bare selects'], [
  ['sender, proof given, ladder', ms(median(whole)), times(median(whole) / median(bare))],
  ['address and contact by prepared selects, nothing else', ms(median(bare)), times(1)],
  [`rule.simulate, ${moved} of ${stored} messages would move (all of it)`, ms(median(simulated)), '']
], [`The processor's time; median of ${runs} runs of ${decisions} messages each, alternating. Outcomes: ${[...outcomes].map(([rule, n]) => `${rule} ${n}`).join(', ')}.`])

/** The processor's time (ms) since then, which others on the machine do not lengthen as they do the clock's. */
function spent(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

function write(fn: (tx: Writer, changes: Changes) => void): Promise<void> {
  return store.hot((tx) => fn(tx, new Changes(userId)))
}
