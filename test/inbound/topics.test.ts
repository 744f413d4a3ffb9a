import t from 'tap'
import type { Test } from 'tap'
import fc from 'fast-check'
import type { Arrival, Incoming, IncomingMessage, Proof } from '../../src/connector.ts'
import { remoteId } from '../../src/model/ids.ts'
import { Changes } from '../../src/feed/append.ts'
import { receiver } from '../../src/inbound/receive.ts'
import { joinTopics, splitTopic } from '../../src/inbound/topic-decide.ts'
import { createAccount } from '../../src/store/accounts.ts'
import type { Reader, Writer } from '../../src/store/tx.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

const ada = { kind: 'email', address: 'ada@example.org' }

type Mail = { id: string | null, refs: string[], subject?: string, chat?: true, from?: string, proof?: Proof['level'] }

async function house(t: Test) {
  const { store, blobs, wakeup, clock, log, seal } = await tempStore(t)
  const receive = receiver({
    store, blobs, wakeup, clock, log,
    async parse(_kind, raw) { return [JSON.parse(Buffer.from(raw).toString()) as Incoming] },
    async prove(_kind, raw) { return { level: (JSON.parse(Buffer.from(raw).toString()) as { proof?: Proof['level'] }).proof ?? 'weak', evidence: [] } }
  })
  let users = 0
  return {
    store,
    /** A user of their own, to take in mails. The place of a mail in a case is its text. */
    async user() {
      const userId = await addTestUser(store, `ada${++users}`)
      const accountId = await createAccount({ store, clock, notify: () => {} }, seal, { userId, kind: 'test', name: 'Test', settings: {}, own: [ada] })
      const account = { id: accountId, userId, kind: 'test', channel: 'email', since: 0, context: { own: [ada], region: null, authserv: null } }
      const arrivalOf = ({ id, refs, subject = 'Trip', chat, from = 'alice@friend.example', proof }: Mail, n: number): Arrival => {
        const message: IncomingMessage & { proof?: string } = {
          type: 'message', sender: { kind: 'email', address: from, raw: from }, recipients: [{ ...ada, role: 'to' }], direction: 'in', ...(chat ? {} : { subject }), text: String(n), attachments: [], references: refs,
          ...(id === null ? {} : { messageId: id }), ...(proof ? { proof } : {})
        }
        return { remoteId: remoteId(`INBOX/${n}`), at: 1000 + n, folder: { name: 'INBOX', role: 'inbox' }, raw: Buffer.from(JSON.stringify(message)) }
      }
      const change = <T>(fn: (tx: Writer, changes: Changes) => T) => store.hot((tx) => {
        const changes = new Changes(userId)
        const result = fn(tx, changes)
        if (!changes.empty) changes.append(tx, clock.now())
        return result
      })
      const find = (tx: Reader, n: number) => tx.get<{ id: number, messageId: string | null, topicId: number }>('SELECT m.id, m.message_id AS messageId, m.topic_id AS topicId FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.user_id = ? AND b.text = ?', userId, String(n))!
      return {
        userId, change,
        take: async (mails: [n: number, mail: Mail][], lane: 'live' | 'history' = 'history') => { await receive(account, mails.map(([n, mail]) => arrivalOf(mail, n)), { lane }) },
        split: (n: number) => change((tx, changes) => splitTopic(tx, changes, userId, find(tx, n))),
        join: (...all: number[]) => change((tx, changes) => joinTopics(tx, changes, userId, all.map((n) => find(tx, n).topicId))),
        messageOf: (n: number) => store.read((tx) => find(tx, n).id),
        /** Which mails lie together: their places, each group and all of them sorted. */
        groups: () => store.read((tx) => grouped(tx.all<{ text: string, topic_id: number }>('SELECT b.text, m.topic_id FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.user_id = ?', userId).map(({ text, topic_id }) => [Number(text), topic_id]))),
        subjects: () => store.read((tx) => tx.all<{ subject: string }>('SELECT subject FROM topic WHERE user_id = ? AND redirect_to IS NULL ORDER BY id', userId).map(({ subject }) => subject))
      }
    }
  }
}

const grouped = (rows: [number, number][]): string => {
  const groups = new Map<number, number[]>()
  for (const [n, topic] of rows) groups.set(topic, [...groups.get(topic) ?? [], n])
  return [...groups.values()].map((group) => group.sort((a, b) => a - b).join(' ')).sort().join(' | ')
}

type Case = [name: string, mails: Mail[], groups: string]
const from = 'mallory@evil.test'
const cases: Case[] = [
  ['answers to answers', [{ id: 'a', refs: [] }, { id: 'b', refs: ['a'] }, { id: 'c', refs: ['a', 'b'] }], '0 1 2'],
  ['the same subject alone', [{ id: 'a', refs: [] }, { id: 'b', refs: [] }], '0 | 1'],
  ['one in between is missing', [{ id: 'a', refs: [] }, { id: 'c', refs: ['a', 'b'] }, { id: 'd', refs: ['b'] }], '0 1 2'],
  ['the beginning is missing', [{ id: 'b', refs: ['a'] }, { id: 'c', refs: ['a'] }], '0 1'],
  ['one that answers itself', [{ id: 'a', refs: ['a'] }, { id: 'b', refs: ['a', 'b', 'a'] }], '0 1'],
  ['a circle', [{ id: 'a', refs: ['c'] }, { id: 'b', refs: ['a'] }, { id: 'c', refs: ['b'] }], '0 1 2'],
  ['without a Message-ID', [{ id: null, refs: ['a'] }, { id: 'a', refs: [] }, { id: null, refs: [] }], '0 1 | 2'],
  ['a stranger who knows two Message-IDs', [{ id: 'a', refs: [] }, { id: 'b', refs: [] }, { id: 'x', refs: ['a', 'b'], from, proof: 'verified' }], '0 | 1 2'],
  ['a stranger who knows those of two threads', [{ id: 'a', refs: [] }, { id: 'a2', refs: ['a'] }, { id: 'b', refs: [] }, { id: 'b2', refs: ['b'] }, { id: 'x', refs: ['a', 'a2', 'b', 'b2'], from, proof: 'verified' }, { id: 'y', refs: ['b2', 'a', 'x'], from }], '0 1 | 2 3 4 5'],
  ['what is said of others by one that lies elsewhere', [{ id: 'a', refs: [] }, { id: 'c', refs: ['lost'] }, { id: 'e', refs: ['c', 'a', 'lost', 'f'] }, { id: 'f', refs: ['e'] }], '0 1 | 2 3'],
  ['who is not proven says nothing of others', [{ id: 'b', refs: ['gone'] }, { id: 'a', refs: [] }, { id: 'x', refs: ['a', 'gone'], from, proof: 'unverified' }], '0 2 | 1']
]

t.test('topics, whatever the order of arrival', async (t) => {
  const { user } = await house(t)
  for (const [name, mails, groups] of cases) {
    const all = mails.map((mail, n): [number, Mail] => [n, mail])
    for (const order of [all, all.toReversed(), [...all.slice(1), ...all.slice(0, 1)], [...all.slice(2), ...all.slice(0, 2)]]) {
      for (const batch of [1, all.length]) {
        const { take, groups: seen } = await user()
        for (let at = 0; at < order.length; at += batch) await take(order.slice(at, at + batch))
        t.equal(await seen(), groups, `${name}: ${order.map(([n]) => n)} by ${batch}`)
      }
    }
  }
})

t.test('a mail without a subject begins a topic, since it may be answered; what knows no subjects begins none', async (t) => {
  const { user } = await house(t)
  for (const order of [[0, 1, 2], [1, 2, 0]]) {
    const { take, groups, subjects } = await user()
    const mails: Mail[] = [{ id: 'a', refs: [], subject: '' }, { id: 'b', refs: ['a'], subject: '' }, { id: 'c', refs: [], subject: '' }]
    for (const n of order) await take([[n, mails[n]!]])
    t.equal(await groups(), '0 1 | 2', String(order))
    t.same(await subjects(), ['', ''])
  }
  const { take, subjects } = await user()
  await take([[0, { id: 'a', refs: [], chat: true }]])
  t.same(await subjects(), [])
})

t.test('who reuses a Message-ID lies with its first owner and joins nothing', async (t) => {
  const { user } = await house(t)
  const { take, groups } = await user()
  await take([[0, { id: 'a', refs: [] }], [1, { id: 'b', refs: [] }]])
  await take([[2, { id: 'a', refs: ['b'], subject: 'Other', from }]])
  t.equal(await groups(), '0 2 | 1')
})

const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
const someMails = fc.array(fc.record({ refs: fc.array(fc.constantFrom(...ids, 'gone', 'lost'), { maxLength: 4 }), weak: fc.boolean() }), { minLength: 2, maxLength: ids.length })
  .map((all) => all.map(({ refs, weak }, n): Mail => ({ id: n === 6 ? null : ids[n]!, refs, proof: weak ? 'weak' : 'unverified' })))

/** What the rule says, said once more: a set is what is joined by what mails say of themselves, and by what they say of those that are not there. */
function byTheRule(mails: Mail[]): string {
  const sets = new Map<string, Set<string>>()
  const of = (id: string) => sets.get(id) ?? sets.set(id, new Set([id])).get(id)!
  const merge = (a: string, b: string) => {
    const all = new Set([...of(a), ...of(b)])
    for (const id of all) sets.set(id, all)
  }
  const there = new Set(mails.map(({ id }) => id))
  const keys = mails.map(({ id }, n) => id ?? ` ${n}`)
  for (const [n, { id, refs, proof }] of mails.entries()) {
    const others = refs.filter((ref, i) => ref !== id && refs.indexOf(ref) === i)
    if (others.length > 0) merge(keys[n]!, others.at(-1)!)
    else of(keys[n]!)
    if (proof !== 'unverified') for (let i = 1; i < others.length; i++) if (!there.has(others[i]!)) merge(others[i - 1]!, others[i]!)
  }
  const numbers = new Map<Set<string>, number>()
  return grouped(keys.map((key, n) => {
    const set = of(key)
    if (!numbers.has(set)) numbers.set(set, numbers.size)
    return [n, numbers.get(set)!]
  }))
}

t.test('any mails in any order and any batches: the same topics', async (t) => {
  const { user } = await house(t)
  await fc.assert(fc.asyncProperty(someMails, fc.infiniteStream(fc.nat()), fc.integer({ min: 1, max: 4 }), async (mails, random, batch) => {
    const order = mails.map((mail, n) => ({ entry: [n, mail] as [number, Mail], at: random.next().value as number })).sort((a, b) => a.at - b.at).map(({ entry }) => entry)
    const { take, groups } = await user()
    for (let at = 0; at < order.length; at += batch) await take(order.slice(at, at + batch), at % 2 === 0 ? 'live' : 'history')
    const [seen, expected] = [await groups(), byTheRule(mails)]
    if (seen !== expected) throw new Error(`${order.map(([n]) => n)} by ${batch}: ${seen}, not ${expected}`)
  }), { numRuns: 200, seed: 20261122 })
  t.ok(true)
})

t.test('a split and a join last over later arrivals, and each takes the other back', async (t) => {
  const { user } = await house(t)
  const { take, groups, split, join, messageOf, subjects } = await user()
  await take([[0, { id: 'a', refs: [] }], [1, { id: 'b', refs: ['a'], subject: 'Re: Hut' }], [2, { id: 'c', refs: ['a', 'b'] }], [3, { id: 'd', refs: ['a'] }]])
  t.equal(await groups(), '0 1 2 3')
  t.ok(await split(1))
  t.equal(await groups(), '0 3 | 1 2', 'with what answers it')
  t.same(await subjects(), ['Trip', 'Hut'])
  await take([[4, { id: 'e', refs: ['a', 'b', 'c'] }], [5, { id: 'f', refs: ['a', 'd'] }], [6, { id: 'g', refs: ['a', 'b', 'gone'] }]])
  t.equal(await groups(), '0 3 5 | 1 2 4 6', 'answers go where what they answer is')
  t.same(await join(0, 1), [await messageOf(1)], 'and where it is taken back again')
  t.equal(await groups(), '0 1 2 3 4 5 6')
  t.equal(await split(0), null, 'the first one can be parted from nothing')
  await take([[7, { id: 'x', refs: [] }], [8, { id: 'y', refs: ['x'] }], [9, { id: null, refs: [] }]])
  const [at] = await join(0, 7)
  t.equal(at, await messageOf(7))
  await take([[10, { id: 'z', refs: ['x', 'y'] }], [11, { id: 'w', refs: ['x', 'lost'] }], [12, { id: 'lost', refs: [] }]])
  t.equal(await groups(), '0 1 10 2 3 4 5 6 7 8 | 11 12 | 9'.split(' | ').map((group) => group.split(' ').map(Number).sort((a, b) => a - b).join(' ')).sort().join(' | '), 'the joined topics stay joined, though a later one is parted by its own word')
  t.ok(await split(7))
  t.equal(await groups(), '0 1 2 3 4 5 6 | 11 12 | 7 8 10 | 9')
  await join(9, 11)
  t.equal(await groups(), '0 1 2 3 4 5 6 | 7 8 10 | 9 11 12')
  t.ok(await split(11))
  t.equal(await groups(), '0 1 2 3 4 5 6 | 11 12 | 7 8 10 | 9')
})
