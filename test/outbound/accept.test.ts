import t from 'tap'
import { insertAttachment } from '../../src/store/attachments.ts'
import { eventsAfter } from '../../src/store/events.ts'
import { getBody } from '../../src/store/messages.ts'
import { resolveCompose } from '../../src/outbound/compose.ts'
import type { IncomingMessage } from '../../src/connector.ts'
import { addTestUser } from '../fixtures/store.ts'
import { connectors, desk } from './desk.ts'

const alice = { kind: 'email', address: 'alice@friend.example' }
const alicePhone = { kind: 'phone', address: '+15005550001' }
const mailFrom = (address: string, more: Partial<IncomingMessage> = {}): IncomingMessage => ({
  type: 'message', sender: { kind: 'email', address, raw: address }, recipients: [{ kind: 'email', address: 'ada@example.org', role: 'to' }], direction: 'in', text: 'Hi', attachments: [], references: [], ...more
})

t.test('a message is accepted durably, once', async (t) => {
  const d = await desk(t)
  d.offline.add(d.mail)
  const request = { clientId: 'one', to: { kind: 'email', address: 'Alice@Friend.Example' }, text: 'Hello Alice', subject: 'Lunch' }
  const id = await d.accept(d.ada, request)
  t.match(await d.message(id), { direction: 'out', status: 'queued', accountId: d.mail, channel: 'email', preview: 'Hello Alice', seen: true, sender: { address: 'ada@example.org', name: 'Ada' } })
  t.match(await d.dispatches(id), [{ state: 'queued', because: { rule: 'asked' }, attempts: [{ ...alice, status: 'queued' }] }])
  const head = await d.store.read((tx) => eventsAfter(tx, d.ada, 0, 100))
  t.ok(head.some(({ type, object }) => type === 'message.created' && object === id), 'its event is there with it')

  t.equal(await d.accept(d.ada, { text: 'Hello Alice', subject: 'Lunch', to: request.to, clientId: 'one' }), id, 'the same request again')
  await t.rejects(d.accept(d.ada, { ...request, text: 'Hello' }), { kind: 'idempotency_mismatch', message: /./ })
  t.equal((await d.store.read((tx) => eventsAfter(tx, d.ada, 0, 100))).length, head.length, 'and nothing was written')
  const bob = await addTestUser(d.store, 'bob')
  await t.rejects(d.accept(bob, request), { kind: 'account_unavailable', message: /./ }, 'another user has neither that id nor that account')
  const ids = await Promise.all(Array.from({ length: 5 }, () => d.accept(d.ada, { ...request, clientId: 'two' })))
  t.equal(new Set(ids).size, 1, 'five at once are one')
})

t.test('what is wrong with a request is said', async (t) => {
  const d = await desk(t)
  const to = alice
  const cases: [string, Parameters<typeof d.send>[0], { kind: string, message: RegExp }][] = [
    ['a number that is none', { to: { kind: 'phone', address: '+49' } }, { kind: 'invalid_params', message: /"\+49" is not a phone number: write it with its country code/ }],
    ['an address that is none', { to: { kind: 'email', address: 'alice' } }, { kind: 'invalid_params', message: /not an e-mail address/ }],
    ['an address with a line break', { to: { kind: 'email', address: 'alice@friend.example\r\nBcc: v@evil.test' } }, { kind: 'invalid_params', message: /not an e-mail address/ }],
    ['a kind that no account reaches', { to: { kind: 'pigeon', address: 'x' } }, { kind: 'account_unavailable', message: /No account of yours/ }],
    ['two targets', { to, conversationId: 1 }, { kind: 'invalid_params', message: /not both/ }],
    ['no target', {}, { kind: 'invalid_params', message: /where it goes/ }],
    ['no such conversation', { conversationId: 99 }, { kind: 'not_found', message: /conversation/ }],
    ['no such message to answer', { replyTo: 99 }, { kind: 'not_found', message: /message you answer/ }],
    ['no such topic', { to, topicId: 99 }, { kind: 'not_found', message: /topic/ }],
    ['a text over the limit', { to, text: 'ä'.repeat(131_073) }, { kind: 'too_large', message: /262144 bytes/ }],
    ['an empty text', { to, text: ' \n' }, { kind: 'invalid_params', message: /empty/ }],
    ['a subject with a line break', { to, subject: 'Hi\r\nBcc: v@evil.test' }, { kind: 'invalid_params', message: /line break/ }],
    ['a subject with a separator of lines', { to, subject: 'Hi\u2028Bcc: v@evil.test' }, { kind: 'invalid_params', message: /line break/ }],
    ['a subject with a NUL', { to, subject: 'Hi\0' }, { kind: 'invalid_params', message: /control character/ }],
    ['one attachment too many', { to, attachments: Array.from({ length: 101 }, (_, i) => i + 7) }, { kind: 'too_large', message: /100 attachments/ }],
    ['an attachment that is none', { to, attachments: [7] }, { kind: 'not_found', message: /attachment/ }],
    ['an attachment named twice', { to, attachments: [7, 7] }, { kind: 'invalid_params', message: /twice/ }],
    ['an account that is none', { to, via: { accountId: 99 } }, { kind: 'not_found', message: /account/ }],
    ['a clientId over the limit', { to, clientId: 'x'.repeat(201) }, { kind: 'invalid_params', message: /clientId/ }],
    ['no clientId', { to, clientId: '' }, { kind: 'invalid_params', message: /clientId/ }]
  ]
  for (const [what, request, error] of cases) await t.rejects(d.send(request), error, what)
  t.equal((await d.store.read((tx) => tx.all('SELECT id FROM message'))).length, 0, 'and nothing was stored')
})

t.test('attachments: the user\'s own uploads, each used once', async (t) => {
  const d = await desk(t)
  d.offline.add(d.mail)
  const digest = await d.blobs.put(Buffer.from('a photo'))
  const upload = (userId: number) => d.store.hot((tx) => insertAttachment(tx, userId, { messageId: null, digest, name: 'photo.jpg', contentType: 'image/jpeg', size: 7, inline: false, contentId: null }, 1))
  const mine = await upload(d.ada)
  const others = await upload(await addTestUser(d.store, 'bob'))
  await t.rejects(d.send({ to: alice, attachments: [others] }), { kind: 'not_found', message: /./ }, 'another user\'s')
  await d.send({ to: alice, attachments: [mine] })
  await t.rejects(d.send({ to: alice, attachments: [mine] }), { kind: 'conflict', message: /"photo.jpg" belongs to another message/ }, 'used already')
  await t.rejects(d.send({ to: alicePhone, attachments: [await upload(d.ada)] }), { kind: 'not_supported_by_channel', message: /cannot carry attachments/ })
  d.offline.clear()
  d.deliver.wake()
  for (let i = 0; i < 100_000 && d.nets.get(d.mail)!.took.length === 0; i++) await new Promise((tick) => setImmediate(tick))
  t.match(d.nets.get(d.mail)!.took[0]?.attachments, [{ name: 'photo.jpg', contentType: 'image/jpeg', size: 7, path: d.blobs.path(digest) }])
})

t.test('an answer goes by the channel of their last message, into its thread', async (t) => {
  const d = await desk(t)
  d.offline.add(d.mail).add(d.text)
  await d.arrive(d.mail, mailFrom(alice.address, { subject: 'Lunch', messageId: 'two@friend.example', references: ['one@friend.example'] }), 'm1')
  const [first] = await d.store.read((tx) => tx.all<{ id: number, conversation: number }>('SELECT m.id, s.conversation_id AS conversation FROM message m JOIN strand s ON s.id = m.strand_id'))
  const answer = await d.send({ conversationId: first!.conversation })
  const body = await d.store.read((tx) => getBody(tx, answer))
  t.match(await d.message(answer), { accountId: d.mail, conversationId: first!.conversation })
  t.match(await d.dispatches(answer), [{ because: { rule: 'last-channel', text: 'Their last message came by email' } }])
  t.same([body.subject, body.references], ['Re: Lunch', ['one@friend.example', 'two@friend.example']])

  const fresh = await d.send({ conversationId: first!.conversation, subject: 'Dinner' })
  const freshBody = await d.store.read((tx) => getBody(tx, fresh))
  t.same([freshBody.subject, freshBody.references], ['Dinner', []], 'a subject of its own begins a thread')
  t.not((await d.message(fresh)).topicId, (await d.message(answer)).topicId)

  const named = await d.send({ replyTo: first!.id, text: 'To this one' })
  t.match(await d.store.read((tx) => getBody(tx, named)), { subject: 'Re: Lunch', references: ['one@friend.example', 'two@friend.example'] })
  t.equal((await d.message(named)).topicId, (await d.message(answer)).topicId)

  await d.arrive(d.mail, mailFrom('bob@friend.example', { subject: 'Long', messageId: 'last@friend.example', references: Array.from({ length: 60 }, (_, i) => `r${i}@friend.example`) }), 'm2')
  const [other] = await d.store.read((tx) => tx.all<{ id: number, conversation: number }>('SELECT m.id, s.conversation_id AS conversation FROM message m JOIN strand s ON s.id = m.strand_id ORDER BY m.id DESC LIMIT 1'))
  await t.rejects(d.send({ conversationId: first!.conversation, replyTo: other!.id }), { kind: 'invalid_params', message: /in another conversation/ })
  const long = await d.send({ replyTo: other!.id })
  const { references } = await d.store.read((tx) => getBody(tx, long))
  t.same([references.length, references[0], references[1], references.at(-1)], [40, 'r0@friend.example', 'r22@friend.example', 'last@friend.example'], 'a very long thread keeps its root and its newest')
})

t.test('composing says what sending would do, and writes nothing', async (t) => {
  const d = await desk(t)
  const before = await d.store.read((tx) => eventsAfter(tx, d.ada, 0, 100).length)
  const deps = { store: d.store, seal: d.seal, clock: d.clock, connector: async (kind: string) => connectors[kind]! }
  t.match(await resolveCompose(deps, d.ada, { to: alice }), { via: { accountId: d.mail, to: [alice], from: { address: 'ada@example.org' } }, because: { rule: 'asked' }, alternatives: [], parts: 1, cost: 0 })
  await t.rejects(resolveCompose(deps, d.ada, { to: { kind: 'phone', address: '12' } }), { kind: 'invalid_params', message: /./ })
  await d.arrive(d.text, { type: 'reachability', own: { kind: 'phone', address: '+15005550100' }, peer: alicePhone, reachable: false, reason: 'they sent STOP' })
  await t.rejects(resolveCompose(deps, d.ada, { to: alicePhone }), { kind: 'not_supported_by_channel', message: /STOP/ })
  await d.arrive(d.text, { type: 'reachability', own: { kind: 'phone', address: '+15005550100' }, peer: alicePhone, reachable: true, reason: 'they sent START' })
  t.match(await resolveCompose(deps, d.ada, { to: { kind: 'phone', address: '+1 500 555 0001' } }), { via: { accountId: d.text, to: [alicePhone] } })
  t.equal(await d.store.read((tx) => eventsAfter(tx, d.ada, 0, 100).length), before)
})
