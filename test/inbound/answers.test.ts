import t from 'tap'
import { withSecret } from '../../src/inbound/answers.ts'
import { receiver } from '../../src/inbound/receive.ts'
import type { IncomingMessage, ProofLevel } from '../../src/connector.ts'
import { remoteId } from '../../src/model/ids.ts'
import { createAccount } from '../../src/store/accounts.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

const ada = { kind: 'email', address: 'ada@example.org' }
const alice = { kind: 'email', address: 'alice@friend.example' }
const mallory = { kind: 'email', address: 'mallory@evil.test' }
const bob = { kind: 'email', address: 'bob@friend.example' }
const message = (more: Partial<IncomingMessage>): IncomingMessage => ({ type: 'message', sender: { ...alice, raw: alice.address }, recipients: [{ ...ada, role: 'to' }], direction: 'in', text: 'x', attachments: [], references: [], ...more })

t.test('whoever answers what went to them alone knows a secret: weak instead of unverified, and nothing else', async (t) => {
  const { store, blobs, wakeup, clock, log, seal } = await tempStore(t)
  const userId = await addTestUser(store, 'ada')
  const id = await createAccount({ store, clock, notify: () => {} }, seal, { userId, kind: 'test', name: 'Test', settings: {}, own: [ada] })
  const receive = receiver({ store, blobs, wakeup, clock, log, parse: async (_kind, raw) => [JSON.parse(Buffer.from(raw).toString()) as IncomingMessage], prove: async () => null })
  const account = { id, userId, kind: 'test', channel: 'email', since: 0, context: { own: [ada], region: null, authserv: null } }
  const sent = (messageId: string, to: typeof ada[]) => message({ direction: 'out', sender: { ...ada, raw: ada.address }, recipients: to.map((one) => ({ ...one, role: 'to' as const })), messageId })
  const all = [sent('alone@example.org', [alice]), sent('both@example.org', [alice, bob]), message({ messageId: 'theirs@friend.example' }), message({ messageId: 'planted@evil.test', sender: { ...mallory, raw: mallory.address }, recipients: [{ ...alice, role: 'to' }] })]
  await receive(account, all.map((one, i) => ({ remoteId: remoteId(`p${i}`), at: 1, raw: Buffer.from(JSON.stringify(one)) })), { lane: 'live' })
  const level = (references: string[], of: ProofLevel = 'unverified', sender = alice) => store.read((tx) => withSecret(tx, userId, message({ sender: { ...sender, raw: sender.address }, references }), { level: of, evidence: [] }).level)
  t.same(await Promise.all([
    level(['alone@example.org']), level(['x@y', 'alone@example.org', 'z@y']), level(['both@example.org']), level(['theirs@friend.example']), level([]), level(['alone@example.org'], 'unverified', bob), level(['alone@example.org'], 'conflicting'), level(['alone@example.org'], 'weak'), level(['planted@evil.test'])
  ]), ['weak', 'weak', 'unverified', 'unverified', 'unverified', 'unverified', 'conflicting', 'weak', 'unverified'], 'what somebody else wrote to them is no secret of the user')
})
