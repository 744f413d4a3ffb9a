import t from 'tap'
import { receiver } from '../../src/inbound/receive.ts'
import { teachSpam } from '../../src/inbound/lessons.ts'
import { Changes } from '../../src/feed/append.ts'
import type { IncomingMessage } from '../../src/connector.ts'
import { remoteId } from '../../src/model/ids.ts'
import { createAccount } from '../../src/store/accounts.ts'
import { getContact, updateContact } from '../../src/store/contacts.ts'
import { getConversation } from '../../src/store/conversations.ts'
import { learntBy } from '../../src/store/spam.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

t.test('what a friend writes teaches nothing of spam, whatever is said of it', async (t) => {
  const { store, blobs, wakeup, clock, log, seal } = await tempStore(t)
  const userId = await addTestUser(store, 'ada')
  const ada = { kind: 'email', address: 'ada@example.org' }
  const alice = { kind: 'email', address: 'alice@friend.example' }
  const id = await createAccount({ store, clock, notify: () => {} }, seal, { userId, kind: 'test', name: 'Test', settings: {}, own: [ada] })
  const receive = receiver({ store, blobs, wakeup, clock, log, parse: async (_kind, raw) => [JSON.parse(Buffer.from(raw).toString()) as IncomingMessage], prove: async () => null })
  const message: IncomingMessage = { type: 'message', sender: { ...alice, raw: alice.address }, recipients: [{ ...ada, role: 'to' }], direction: 'in', text: 'casino winnings', attachments: [], references: [] }
  await receive({ id, userId, kind: 'test', channel: 'email', since: 0, context: { own: [ada], region: null, authserv: null } }, [{ remoteId: remoteId('p1'), at: clock.now(), raw: Buffer.from(JSON.stringify(message)) }], { lane: 'live' })
  const taught = () => store.hot((tx) => {
    const conversation = getConversation(tx, userId, 1)!
    teachSpam(tx, userId, conversation, true)
    return learntBy(tx, userId).spam
  })
  await store.hot((tx) => updateContact(tx, new Changes(userId), getContact(tx, userId, 1)!, { friend: true }))
  t.equal(await taught(), 0, 'a friend')
  await store.hot((tx) => updateContact(tx, new Changes(userId), getContact(tx, userId, 1)!, { friend: false }))
  t.equal(await taught(), 1, 'a stranger')
})
