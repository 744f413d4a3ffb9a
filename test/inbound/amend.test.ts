import t from 'tap'
import type { Test } from 'tap'
import type { Incoming, IncomingMessage, Proof, ReceiveAt } from '../../src/connector.ts'
import { messageOf } from '../../src/api/present/message.ts'
import { receiver } from '../../src/inbound/receive.ts'
import { remoteId } from '../../src/model/ids.ts'
import { createAccount } from '../../src/store/accounts.ts'
import { countUnread, listConversations } from '../../src/store/conversations.ts'
import { eventsAfter, logBounds } from '../../src/store/events.ts'
import { listMessages } from '../../src/store/messages.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

const ada = { kind: 'chat', address: 'ada@example.org' }
const alice = { kind: 'chat', address: 'alice@friend.example' }
const mallory = { kind: 'chat', address: 'mallory@evil.test' }
const lake = { id: 'lake@rooms.example.org' }

const by = (who: typeof ada) => ({ sender: { ...who, raw: who.address }, direction: who === ada ? 'out' as const : 'in' as const })

function said(who: typeof ada, text: string, more: Partial<IncomingMessage> = {}): IncomingMessage {
  return { type: 'message', ...by(who), recipients: [{ ...(who === ada ? alice : ada), role: 'to' }], text, attachments: [], references: [], ...more }
}

async function house(t: Test, level: Proof['level'] = 'verified') {
  const { store, blobs, wakeup, clock, log, seal } = await tempStore(t)
  const userId = await addTestUser(store, 'ada')
  const accountId = await createAccount({ store, clock, notify: () => {} }, seal, { userId, kind: 'test', name: 'Test', settings: {}, own: [ada] })
  const receive = receiver({ store, blobs, wakeup, clock, log, parse: async (_kind, raw) => [JSON.parse(Buffer.from(raw).toString(), (_, value: { type?: string, data?: number[] } | null) => value?.type === 'Buffer' ? Buffer.from(value.data!) : value) as Incoming], prove: async () => ({ level, evidence: [] }) })
  const account = { id: accountId, userId, kind: 'test', channel: 'chat', since: 0, context: { own: [ada], region: null, authserv: null } }
  let places = 0
  const hear = (incoming: Incoming, at = clock.time, { place = `p${++places}`, ...how }: Partial<ReceiveAt> & { place?: string } = {}) =>
    receive(account, [{ remoteId: remoteId(place), at, raw: Buffer.from(JSON.stringify(incoming)) }], { lane: 'live', ...how })
  const shown = () => store.read((tx) => (['inbox', 'other'] as const).flatMap((folder) => listConversations(tx, userId, { folder, archived: false, before: null, limit: 50 }))
    .flatMap(({ id }) => listMessages(tx, id, { topicId: null, direction: 'after', edge: null, limit: 100 }).map((row) => messageOf(tx, userId, row))))
  const events = async (work: () => Promise<unknown>) => {
    const { head } = await store.read((tx) => logBounds(tx, userId))
    await work()
    return (await store.read((tx) => eventsAfter(tx, userId, head, 100))).map(({ type }) => type)
  }
  return { hear, shown, events, clock, store, userId }
}

const to = (messageId: string) => ({ target: { messageId }, within: { peer: alice } })

t.test('a new text takes the place of the old one; what cannot be placed is shown, not lost', async (t) => {
  const { hear, shown, events } = await house(t)
  await hear(said(alice, 'Saturday', { messageId: 'm-0001' }), 10)
  t.same(await events(() => hear(said(alice, 'Sunday', { messageId: 'm-0002', replaces: { messageId: 'm-0001' } }), 20, { place: 'edit' })), ['message.changed', 'conversation.changed'])
  t.match(await shown(), [{ text: 'Sunday', editedAt: /^1970-01-01T00:00:00.020Z/ }])
  t.equal((await shown()).length, 1)
  await hear(said(alice, 'Sunday', { messageId: 'm-0002', replaces: { messageId: 'm-0001' } }), 20, { place: 'edit' })
  await hear(said(alice, 'Friday', { messageId: 'm-0003', replaces: { messageId: 'm-0001' } }), 15)
  t.same((await shown()).map(({ text }) => text), ['Sunday'], 'an older change does not undo a newer one')
  await hear(said(alice, 'I meant Monday', { messageId: 'm-0004', replaces: { messageId: 'unheard-of' } }), 30)
  t.same((await shown()).map(({ text }) => text), ['Sunday', 'I meant Monday'])
})

t.test('nobody changes, takes back or reacts to what is not theirs or not in their conversation', async (t) => {
  const { hear, shown } = await house(t)
  await hear(said(alice, 'from Alice', { messageId: 'm-0001' }), 10)
  await hear(said(ada, 'from Ada', { messageId: 'm-0002' }), 11)
  await hear(said(mallory, 'forged', { replaces: { messageId: 'm-0001' } }), 20)
  await hear({ type: 'retraction', ...by(mallory), target: { messageId: 'm-0001' }, within: { peer: mallory } }, 21)
  await hear({ type: 'reaction', ...by(mallory), target: { messageId: 'm-0001' }, within: { peer: mallory }, emoji: ['x'] }, 22)
  await hear({ type: 'seen', target: { messageId: 'm-0001' }, within: { peer: mallory } }, 23)
  await hear({ type: 'retraction', ...by(alice), ...to('m-0002') }, 24)
  await hear(said(alice, 'not mine', { replaces: { messageId: 'm-0002' } }), 25)
  const messages = await shown()
  t.same(messages.filter(({ deletedAt, editedAt, reactions }) => deletedAt || editedAt || reactions.length > 0), [])
  t.same(messages.map(({ text }) => text).sort(), ['forged', 'from Ada', 'from Alice', 'not mine'])
  t.equal(messages.find(({ text }) => text === 'from Alice')?.seen, false)
})

t.test('in a room only the same sender changes a message, whoever else is there', async (t) => {
  const { hear, shown } = await house(t)
  await hear(said(alice, 'boat', { messageId: 'm-0001', room: lake }), 10)
  await hear(said(mallory, 'no boat', { room: lake, replaces: { messageId: 'm-0001' } }), 11)
  await hear({ type: 'reaction', ...by(mallory), target: { remoteId: remoteId('p1') }, within: { room: lake.id }, emoji: ['👎'] }, 12)
  await hear({ type: 'retraction', ...by(mallory), target: { remoteId: remoteId('p1') }, within: { room: lake.id } }, 13)
  const [boat, ...others] = await shown()
  t.match(boat, { text: 'boat', reactions: [{ emoji: '👎', sender: mallory }] })
  t.same(others.map(({ text }) => text), ['no boat'])
})

t.test('a retracted message says nothing any more; a reaction is the last one of each', async (t) => {
  const { hear, shown, events } = await house(t)
  await hear(said(alice, 'a secret', { messageId: 'm-0001', html: '<p>a secret</p>', attachments: [{ name: 'x', contentType: 'text/plain', content: Buffer.from([1, 2]), inline: false }] }), 10)
  await hear({ type: 'reaction', ...by(ada), ...to('m-0001'), emoji: ['👍', '🎉'] }, 20)
  await hear({ type: 'reaction', ...by(alice), ...to('m-0001'), emoji: ['👍'] }, 21)
  await hear({ type: 'reaction', ...by(ada), ...to('m-0001'), emoji: [] }, 15)
  t.same((await shown())[0]!.reactions.map(({ emoji, sender }) => [emoji, sender.address]), [['👍', ada.address], ['🎉', ada.address], ['👍', alice.address]], 'the older word of Ada comes too late')
  t.same(await events(() => hear({ type: 'reaction', ...by(ada), ...to('m-0001'), emoji: [] }, 30)), ['message.changed'])
  t.same((await shown())[0]!.reactions.map(({ emoji }) => emoji), ['👍'])
  t.same(await events(() => hear({ type: 'retraction', ...by(alice), ...to('m-0001') }, 40)), ['message.changed', 'conversation.changed'])
  const [gone] = await shown()
  t.match(gone, { text: '', attachments: [], deletedAt: /^1970/ })
  t.equal(gone!.html, undefined)
  t.same(await events(() => hear({ type: 'retraction', ...by(alice), ...to('m-0001') }, 41)), [], 'twice is once')
  await hear(said(alice, 'back again', { replaces: { messageId: 'm-0001' } }), 50)
  t.equal((await shown())[0]!.text, '', 'and it stays gone')
})

t.test('what history tells before its message is applied when the message comes', async (t) => {
  const { hear, shown } = await house(t)
  await hear({ type: 'reaction', ...by(alice), ...to('m-0001'), emoji: ['👍'] }, 30, { lane: 'history' })
  await hear({ type: 'retraction', ...by(ada), ...to('m-0002') }, 31, { lane: 'history' })
  await hear({ type: 'retraction', ...by(mallory), target: { messageId: 'm-0001' }, within: { peer: mallory } }, 32, { lane: 'history' })
  await hear(said(ada, 'yes', { messageId: 'm-0001' }), 10, { lane: 'history' })
  await hear(said(ada, 'no', { messageId: 'm-0002' }), 11, { lane: 'history' })
  t.match(await shown(), [{ text: 'yes', reactions: [{ emoji: '👍' }] }, { text: '', deletedAt: /^1970/ }])
})

t.test('what is read elsewhere is read here, up to there', async (t) => {
  const { hear, shown, store, userId } = await house(t)
  for (const [i, text] of ['one', 'two', 'three'].entries()) await hear(said(alice, text, { messageId: `m-000${i}` }), 10 + i)
  await hear({ type: 'seen', ...to('m-0001') }, 20)
  t.same((await shown()).map(({ seen }) => seen), [true, true, false])
  t.equal(await store.read((tx) => countUnread(tx, userId)).then((counts) => JSON.stringify(counts).includes('1')), true)
})

for (const level of ['unverified', 'conflicting'] as const) t.test(`in a room that names nobody, whoever bears a name today changes and takes back nothing that it said yesterday: ${level}`, async (t) => {
  const { hear, shown } = await house(t, level)
  await hear(said(alice, 'boat', { messageId: 'm-0001', room: lake }), 10)
  await hear(said(alice, 'no boat', { room: lake, replaces: { messageId: 'm-0001' } }), 11)
  await hear({ type: 'retraction', ...by(alice), target: { messageId: 'm-0001' }, within: { room: lake.id } }, 12)
  t.same((await shown()).map(({ text, deletedAt, editedAt }) => [text, deletedAt, editedAt]), [['boat', null, null], ['no boat', null, null]])
})

t.test('what is said about messages that never come is kept in bounds', async (t) => {
  const { store, hear } = await house(t)
  const kept = () => store.read((tx) => tx.get<{ n: number, newest: number }>('SELECT count(*) AS n, max(at) AS newest FROM amendment')!)
  await hear({ type: 'retraction', ...by(mallory), target: { messageId: 'unheard-of' }, within: { peer: mallory } }, 1)
  t.equal((await kept()).n, 0, 'of whoever has never written nothing is kept')
  await hear(said(alice, 'I am here'), 2)
  for (let i = 0; i < 520; i++) await hear({ type: 'reaction', ...by(alice), target: { messageId: `no-${i}` }, within: { peer: alice }, emoji: ['x'] }, 10 + i)
  t.same(await kept(), { n: 500, newest: 529 })
})
