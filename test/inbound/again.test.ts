import t from 'tap'
import type { Test } from 'tap'
import { proveAgain } from '../../src/accounts/prove-again.ts'
import type { Arrival, Connector, IncomingMessage, Proof } from '../../src/connector.ts'
import { Changes } from '../../src/feed/append.ts'
import { takerAgain } from '../../src/inbound/again.ts'
import { receiver } from '../../src/inbound/receive.ts'
import { reroute } from '../../src/inbound/reroute.ts'
import { remoteId } from '../../src/model/ids.ts'
import { createAccount } from '../../src/store/accounts.ts'
import { findAddress, getContact, updateContact } from '../../src/store/contacts.ts'
import { listConversations } from '../../src/store/conversations.ts'
import { eventsAfter, logBounds } from '../../src/store/events.ts'
import { getBody, listMessages, setFlags } from '../../src/store/messages.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

const ada = { kind: 'email', address: 'ada@example.org' }
const alice = { kind: 'email', address: 'alice@friend.example', name: 'Alice', raw: 'Alice <alice@friend.example>' }
const minute = 60_000
const silent: Proof = { level: 'weak', temporary: true, evidence: ['The name servers of friend.example did not answer.'] }
const verified: Proof = { level: 'verified', evidence: ['Signed.'] }

/** A mailbox whose name servers answer what `answer.proof` says. */
async function house(t: Test) {
  const { store, blobs, wakeup, clock, log, seal } = await tempStore(t)
  const userId = await addTestUser(store, 'ada')
  const accountId = await createAccount({ store, clock, notify: () => {} }, seal, { userId, kind: 'test', name: 'Test', settings: {}, own: [ada] })
  const answer = { proof: verified, asked: 0 }
  const how = {
    parse: async (_kind: string, raw: Uint8Array) => [JSON.parse(Buffer.from(raw).toString()) as IncomingMessage],
    prove: async () => { answer.asked++; return answer.proof }
  }
  const rooms = { store, blobs, wakeup, clock, log }
  const receive = receiver({ ...rooms, ...how })
  const connector = { own: () => [ada], canonical: (_kind: string, address: string) => address, channel: 'email' } as unknown as Connector
  const proving = proveAgain({ store, seal, clock, log, connector: async () => connector, again: takerAgain({ ...rooms, ...how }) })
  const account = { id: accountId, userId, kind: 'test', channel: 'email', since: 0, context: { own: [ada], region: null, authserv: null } }
  let uid = 0
  const hear = (text: string, proof: Proof, more: Partial<IncomingMessage> = {}) => {
    answer.proof = proof
    const arrival: Arrival = { remoteId: remoteId(`INBOX/${++uid}`), at: clock.now(), folder: { name: 'INBOX', role: 'inbox' }, raw: Buffer.from(JSON.stringify({ type: 'message', sender: alice, recipients: [{ ...ada, role: 'to' }], direction: 'in', text, attachments: [], references: [], ...more })) }
    return receive(account, [arrival], { lane: 'live' })
  }
  const befriend = () => store.hot((tx) => {
    const changes = new Changes(userId)
    const contact = getContact(tx, userId, findAddress(tx, userId, alice)!.contactId)!
    updateContact(tx, changes, contact, { friend: true })
    reroute(tx, changes, userId, contact.id)
    changes.append(tx, clock.now())
  })
  const seen = (folder: 'inbox' | 'other') => store.read((tx) => listConversations(tx, userId, { folder, archived: false, before: null, limit: 50 })
    .map(({ id }) => listMessages(tx, id, { topicId: null, direction: 'after', edge: null, limit: 100 }).map(({ id }) => getBody(tx, id).text)))
  const messages = () => store.read((tx) => tx.all<{ id: number, proof: string, seen: number }>('SELECT id, proof, seen FROM message ORDER BY id'))
  const due = () => store.read((tx) => tx.get<{ n: number }>('SELECT count(*) AS n FROM proof_due')!.n)
  return { store, userId, clock, hear, befriend, seen, messages, due, proving, answer }
}

t.test('a friend whose name servers are silent waits outside, and comes in when they answer', async (t) => {
  const { hear, befriend, seen, clock, proving, answer, due, store, userId, messages } = await house(t)
  await hear('first', verified)
  await befriend()
  clock.time += minute
  await hear('pending', silent)
  t.same([await seen('inbox'), await seen('other'), await due()], [[['first']], [['pending']], 1])
  await store.hot((tx) => setFlags(tx, new Changes(userId), 2, { seen: true }))
  const { head } = await store.read((tx) => logBounds(tx, userId))

  const { asked } = answer
  await proving.run()
  t.equal(answer.asked, asked, 'not before its time')
  clock.time += minute
  await proving.run()
  t.same([await seen('inbox'), await due()], [[['first']], 1], 'silent again')
  answer.proof = verified
  clock.time += 2 * minute
  await proving.run()
  t.same([await seen('inbox'), await seen('other'), await due()], [[['first', 'pending']], [], 0])
  t.same((await messages()).at(-1), { id: 3, proof: 'verified', seen: 1 })
  t.match((await store.read((tx) => eventsAfter(tx, userId, head, 50))).filter(({ type }) => type.startsWith('message.')).map(({ type, object }) => [type, object]), [['message.removed', 2], ['message.created', 3]])
})

t.test('silent for ten minutes: decided without an answer', async (t) => {
  const { hear, befriend, seen, clock, proving, due, messages } = await house(t)
  await hear('never proven', { level: 'weak', evidence: [] })
  await befriend()
  await hear('pending', silent)
  t.same(await seen('inbox'), [['never proven']])
  for (let passed = 0; passed <= 12; passed++) {
    clock.time += minute
    await proving.run()
  }
  t.same([await seen('inbox'), await due()], [[['never proven', 'pending']], 0], 'who has never been verified is shown, as not proven')
  t.equal((await messages()).at(-1)!.proof, 'weak')
  await hear('proven', verified)
  clock.time += minute
  await hear('pending again', silent)
  for (let passed = 0; passed <= 12; passed++) {
    clock.time += minute
    await proving.run()
  }
  t.same([await seen('other'), await due()], [[['pending again']], 0], 'who has been verified must be')
  t.equal((await messages()).at(-1)!.proof, 'unverified')
})

t.test('an answer against it stays an answer; a stranger does not keep us busy', async (t) => {
  const { hear, befriend, seen, clock, proving, answer, due, messages } = await house(t)
  await hear('first', verified)
  await befriend()
  clock.time += minute
  await hear('forged while silent', silent)
  answer.proof = { level: 'conflicting', evidence: ['friend.example asks to reject it.'] }
  clock.time += minute
  await proving.run()
  t.same([await seen('inbox'), await seen('other'), await due()], [[['first']], [['forged while silent']], 0])
  t.equal((await messages()).at(-1)!.proof, 'conflicting')
  await hear('from nowhere', silent, { sender: { kind: 'email', address: 'mallory@evil.test', raw: 'mallory@evil.test' } })
  t.equal(await due(), 0)
})
