import t from 'tap'
import { receiver } from '../../src/inbound/receive.ts'
import { Changes } from '../../src/feed/append.ts'
import type { IncomingMessage, Proof } from '../../src/connector.ts'
import { remoteId } from '../../src/model/ids.ts'
import { createAccount } from '../../src/store/accounts.ts'
import { findAddress, getContact, insertAddress, insertContact, updateContact } from '../../src/store/contacts.ts'
import { pathsTo } from '../../src/store/paths.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

const ada = { kind: 'email', address: 'ada@example.org' }
const alice = { kind: 'email', address: 'alice@friend.example' }

t.test('whom a friend puts in Cc is known through them where the friend is wholly proven, and has signed the Cc', async (t) => {
  const { store, blobs, wakeup, clock, log, seal } = await tempStore(t)
  const userId = await addTestUser(store, 'ada')
  const id = await createAccount({ store, clock, notify: () => {} }, seal, { userId, kind: 'test', name: 'Test', settings: {}, own: [ada] })
  await store.hot((tx) => {
    const changes = new Changes(userId)
    const contact = insertContact(tx, changes, userId, 'Alice', 'user')
    insertAddress(tx, userId, contact.id, alice)
    updateContact(tx, changes, getContact(tx, userId, contact.id)!, { friend: true })
  })
  let proof: Proof = { level: 'weak', evidence: [] }
  const receive = receiver({ store, blobs, wakeup, clock, log, parse: async (_kind, raw) => [JSON.parse(Buffer.from(raw).toString()) as IncomingMessage], prove: async () => proof })
  const account = { id, userId, kind: 'test', channel: 'email', since: 0, context: { own: [ada], region: null, authserv: null } }
  let n = 0
  const known = async (name: string, said: Proof, more: Partial<IncomingMessage> = {}) => {
    proof = said
    const dave = { kind: 'email', address: `${name}@far.example` }
    const message: IncomingMessage = { type: 'message', sender: { ...alice, raw: alice.address }, recipients: [{ ...ada, role: 'to' }, { ...dave, role: 'cc' }], direction: 'in', text: name, attachments: [], references: [], ...more }
    await receive(account, [{ remoteId: remoteId(`p${n++}`), at: clock.now(), raw: Buffer.from(JSON.stringify(message)) }], { lane: 'live' })
    return store.read((tx) => {
      const address = findAddress(tx, userId, dave)
      return address === undefined ? 0 : pathsTo(tx, address.contactId).length
    })
  }
  t.equal(await known('weak', { level: 'weak', evidence: [], covers: ['to', 'cc'] }), 0, 'not wholly proven')
  t.equal(await known('unsigned', { level: 'verified', evidence: [], covers: ['to'] }), 0, 'a Cc that anybody could have added')
  t.equal(await known('bare', { level: 'verified', evidence: [] }), 0, 'nothing said of what is signed')
  t.equal(await known('machine', { level: 'verified', evidence: [], covers: ['to', 'cc'] }, { automatic: 'auto-reply' }), 0, 'a machine of hers')
  t.equal(await known('dave', { level: 'verified', evidence: [], covers: ['to', 'cc'] }), 1)
})
