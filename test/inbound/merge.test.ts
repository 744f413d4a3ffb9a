import t from 'tap'
import type { Test } from 'tap'
import fc from 'fast-check'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { Changes } from '../../src/feed/append.ts'
import { merge, unmerge } from '../../src/inbound/merge.ts'
import { receiver } from '../../src/inbound/receive.ts'
import type { Arrival, IncomingMessage } from '../../src/connector.ts'
import { remoteId } from '../../src/model/ids.ts'
import { createAccount } from '../../src/store/accounts.ts'
import { findAddress, getContact, updateContact } from '../../src/store/contacts.ts'
import { conversationWith } from '../../src/store/conversations.ts'
import { listMessages } from '../../src/store/messages.ts'
import type { Reader, Writer } from '../../src/store/tx.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

const ada = { kind: 'email', address: 'ada@example.org' }
const people = ['alice@friend.example', 'alice@work.example', 'bob@friend.example', 'carol@friend.example', 'dave@friend.example', 'mallory@evil.test'].map((address) => ({ kind: 'email', address }))

async function house(t: Test) {
  const { store, folder, blobs, wakeup, clock, log, seal } = await tempStore(t)
  const receive = receiver({
    store, blobs, wakeup, clock, log,
    parse: async (_kind, raw) => [JSON.parse(Buffer.from(raw).toString()) as IncomingMessage],
    prove: async () => ({ level: 'verified', evidence: [] })
  })
  return {
    store, folder,
    async user(name: string) {
      const userId = await addTestUser(store, name)
      const accountId = await createAccount({ store, clock, notify: () => {} }, seal, { userId, kind: 'test', name: 'Test', settings: {}, own: [ada] })
      let places = 0
      const account = { id: accountId, userId, kind: 'test', channel: 'email', since: 0, context: { own: [ada], region: null, authserv: null } }
      return {
        userId,
        change: <T>(fn: (tx: Writer, changes: Changes) => T) => store.hot((tx) => {
          const changes = new Changes(userId)
          const result = fn(tx, changes)
          if (!changes.empty) changes.append(tx, clock.now())
          return result
        }),
        writes: (who: number, text: string, { out = false, also = [] as number[] } = {}) => {
          const sender = out ? ada : people[who]!
          const to = [...(out ? [people[who]!] : [ada]), ...also.filter((one) => one !== who).map((one) => people[one]!)]
          const arrival: Arrival = {
            remoteId: remoteId(`${places++}`), at: 1000 + places, folder: { name: 'box', role: 'inbox' },
            raw: Buffer.from(JSON.stringify({ type: 'message', sender: { ...sender, raw: sender.address }, recipients: to.map((one) => ({ ...one, role: 'to' })), direction: out ? 'out' : 'in', text, attachments: [], references: [] }))
          }
          return receive(account, [arrival], { lane: 'live' })
        },
        async hand(who: number, count: number) {
          const sender = { ...people[who]!, raw: people[who]!.address }
          for (let begin = 0; begin < count; begin += 500) {
            await receive(account, Array.from({ length: Math.min(500, count - begin) }, (_, i): Arrival => ({
              at: 1_700_000_000_000 + begin + i, incoming: { type: 'message', sender, recipients: [{ ...ada, role: 'to' }], direction: 'in', text: `${who} ${begin + i}`, attachments: [], references: [] }
            })), { lane: 'history' })
          }
        }
      }
    }
  }
}

const who = fc.nat(people.length - 1)
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant('write' as const), who, out: fc.boolean(), also: fc.array(who, { maxLength: 2 }) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('merge' as const), one: who, other: who }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('unmerge' as const), which: fc.nat(9) }) }
)

t.test('merges are undone in any order: each person has their own again, under their own ids', async (t) => {
  const { store, user } = await house(t)
  let run = 0
  let undone = 0
  const property = fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 20 }), fc.infiniteStream(fc.nat(99)), async (steps, chance) => {
    const { userId, change, writes } = await user(`ada${++run}`)
    const contactAt = (tx: Reader, index: number) => getContact(tx, userId, findAddress(tx, userId, people[index]!)!.contactId)!
    const said = people.map((): string[] => [])
    let n = 0
    for (const index of people.keys()) {
      await writes(index, `first ${index}`)
      said[index]!.push(`first ${index}`)
      await change((tx, changes) => updateContact(tx, changes, contactAt(tx, index), { name: `Person ${index}`, friend: index % 2 === 0, notes: index % 3 === 0 ? `note ${index}` : null, via: index === 1 ? { channel: 'email' } : null }))
    }
    const textsOf = (tx: Reader, contactId: number) => listMessages(tx, conversationWith(tx, userId, contactId)!.id, { topicId: null, direction: 'before', edge: null, limit: 1000 })
      .map(({ id }) => tx.get<{ text: string }>('SELECT text FROM message_body WHERE message_id = ?', id)!.text).sort()
    const state = () => store.read((tx) => people.map((_one, index) => {
      const { id, name, friend, notes, via, redirectTo } = contactAt(tx, index)
      return { id, name, friend, notes, via, redirectTo, conversation: conversationWith(tx, userId, id)?.id }
    }))
    const begin = await state()
    const homes = new Map(begin.map(({ id, conversation }) => [id, conversation]))
    const active: { id: number, ids: number[] }[] = []
    /** Who is one with whom, by the merges alone. */
    const check = () => store.read((tx) => {
      const whole = (index: number) => {
        const found = new Set([begin[index]!.id])
        for (let grown = true; grown;) {
          grown = false
          for (const { ids } of active) if (ids.some((id) => found.has(id)) && !ids.every((id) => found.has(id))) { ids.forEach((id) => found.add(id)); grown = true }
        }
        return found
      }
      for (const index of people.keys()) {
        const together = whole(index)
        const expected = people.flatMap((_one, other) => together.has(begin[other]!.id) ? said[other]! : []).sort()
        const found = textsOf(tx, contactAt(tx, index).id).filter((text) => !text.startsWith('group'))
        if (JSON.stringify(found) !== JSON.stringify(expected)) throw new Error(`person ${index}: ${found}, not ${expected}`)
      }
    })
    const undo = async (which: number) => {
      const [one] = active.splice(which % active.length, 1)
      const done = await change((tx, changes) => unmerge(tx, changes, userId, one!.id, 2))
      if ('refused' in done) throw new Error(done.refused)
      undone++
    }
    for (const one of steps) {
      if (one.op === 'write') {
        const group = one.also.some((other) => other !== one.who)
        await writes(one.who, `${group ? 'group' : 'more'} ${++n}`, one)
        if (!group) said[one.who]!.push(`more ${n}`)
      } else if (one.op === 'merge') {
        const ids = await store.read((tx) => [contactAt(tx, one.one).id, contactAt(tx, one.other).id])
        const done = await change((tx, changes) => merge(tx, changes, userId, ids, 1))
        if (!('refused' in done)) active.push({ id: done.mergeId, ids })
      } else if (active.length > 0) await undo(one.which)
      await check()
    }
    while (active.length > 0) {
      await undo(chance.next().value as number)
      await check()
    }
    const end = await state()
    if (JSON.stringify(end) !== JSON.stringify(begin)) throw new Error(`${JSON.stringify(end)}, not ${JSON.stringify(begin)}`)
    for (const { id, conversation } of end) if (homes.get(id) !== conversation) throw new Error('another conversation')
  })
  await fc.assert(property, { numRuns: 150, seed: 7, endOnFailure: true })
  t.ok(undone > 50, `${undone} merges undone in ${run} histories`)
})

t.test('what the user changed on the joined contact stays when an earlier merge is undone', async (t) => {
  const { store, user } = await house(t)
  const { userId, change, writes } = await user('ada')
  for (const index of [0, 1, 2]) await writes(index, 'hi')
  const id = (index: number) => store.read((tx) => findAddress(tx, userId, people[index]!)!.contactId)
  const [alice, work, bob] = [await id(0), await id(1), await id(2)]
  const get = (contactId: number) => store.read((tx) => getContact(tx, userId, contactId)!)
  await change((tx, changes) => updateContact(tx, changes, getContact(tx, userId, work)!, { name: 'Alice', via: { channel: 'email' }, notes: 'at work' }))
  const one = await change((tx, changes) => merge(tx, changes, userId, [alice, work], 1)) as { mergeId: number }
  t.match(await get(alice), { name: 'Alice', via: { channel: 'email' }, notes: 'at work' }, 'the preferred way and the notes come along')
  const two = await change((tx, changes) => merge(tx, changes, userId, [bob, alice], 1)) as { mergeId: number }
  t.match(await get(bob), { name: 'Alice', via: { channel: 'email' } })
  await change((tx, changes) => updateContact(tx, changes, getContact(tx, userId, bob)!, { notes: 'written by the user' }))
  await change((tx, changes) => unmerge(tx, changes, userId, one.mergeId, 2))
  t.match(await get(work), { name: 'Alice', via: { channel: 'email' }, notes: 'at work', redirectTo: null })
  t.match(await get(bob), { name: '', via: null, notes: 'written by the user' }, 'what came from work is gone, what the user wrote is not')
  await change((tx, changes) => unmerge(tx, changes, userId, two.mergeId, 3))
  t.match([await get(alice), await get(bob)], [{ name: '', via: null, notes: null, redirectTo: null }, { name: '', notes: 'written by the user' }])
})

t.test('a merge and its undoing write as little with 20,000 messages as with 20, and no message row', async (t) => {
  const { store, folder, user } = await house(t)
  const { userId, change, hand } = await user('ada')
  const file = join(folder, 'kinbox.db')
  const rows = () => store.read((tx) => tx.get('SELECT count(*) AS n, sum(id * 31 + strand_id) AS strands, sum(rev) AS revs, sum(sort_at % 1000) AS times FROM message WHERE user_id = ?', userId))
  // Once the log has been taken in, what a change writes is what the log grows by.
  const written = async (doing: () => Promise<unknown>): Promise<number> => {
    const other = new Database(file)
    other.pragma('wal_checkpoint(TRUNCATE)')
    other.close()
    await doing()
    return statSync(file + '-wal').size
  }
  const pair = async (one: number, other: number) => {
    const ids = await store.read((tx) => [one, other].map((index) => findAddress(tx, userId, people[index]!)!.contactId))
    const before = await rows()
    let mergeId = 0
    const merging = await written(async () => { ({ mergeId } = await change((tx, changes) => merge(tx, changes, userId, ids, 1)) as { mergeId: number }) })
    t.same(await rows(), before, 'no message row is another')
    const parting = await written(() => change((tx, changes) => unmerge(tx, changes, userId, mergeId, 2)))
    t.same(await rows(), before, 'nor after it is undone')
    return { merging, parting }
  }
  await hand(0, 10)
  await hand(1, 10)
  const small = await pair(0, 1)
  await hand(2, 10_000)
  await hand(3, 10_000)
  const large = await pair(2, 3)
  t.match(await rows(), { n: 20_020 })
  t.ok(small.merging > 0 && large.merging < 3 * small.merging, `merging wrote ${small.merging} bytes, and ${large.merging} with a thousand times as many messages`)
  t.ok(small.parting > 0 && large.parting < 3 * small.parting, `parting wrote ${small.parting} bytes, and ${large.parting}`)
})
