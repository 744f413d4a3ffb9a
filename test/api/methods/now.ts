import { randomUUIDv7 } from 'node:crypto'
import t from 'tap'
import { openStage, own } from './stage.ts'
import type { Contact, Message, Page } from './stage.ts'

t.test('presence, typing and settings answer, each as declared', async (t) => {
  const { call, refused, writes, client } = await openStage(t)
  const mail = await writes('Bob <bob@friend.example>', 'Hello')
  t.same(await call('presence.set', { available: 'online', device: 'desk' }), { shown: 'online' })
  t.match(await call('presence.list'), { items: [], own: { shown: 'online', devices: [{ device: 'desk', available: 'online', current: true }] } })
  t.same(await call('typing.set', { conversationId: mail.conversationId, typing: true }), { told: false })
  t.match(await refused('typing.set', { conversationId: 'c999', typing: true }), { kind: 'not_found' })
  const settings = {
    sendReadMarkers: false, inboxFor: 'basic', verifiedOnly: false, teachByMoving: true, teachByReplying: false, teachByApproving: true, befriendByMoving: false, befriendByReplying: false, befriendByApproving: false, shareFriends: false,
    digest: true, digestHour: 8, timeZone: null, learnSpam: true, keepDays: { newsletters: null, notifications: null, receipts: null }, rev: 1
  }
  t.same(await call('settings.get'), settings)
  t.same(await call('settings.set', { sendReadMarkers: true, ifRev: 1 }), { ...settings, sendReadMarkers: true, rev: 2 })
  await client.until(() => client.events.some(({ type, id, data }) => type === 'settings.changed' && id === 'settings' && data?.['sendReadMarkers'] === true))
  const stale = await refused('settings.set', { sendReadMarkers: false, ifRev: 1 })
  t.same([stale.kind, stale.detail], ['conflict', { ...settings, sendReadMarkers: true, rev: 2 }])
})

t.test('contact.put: a choice of way for a contact', async (t) => {
  const { call, refused, accounts } = await openStage(t)
  const addresses = [{ kind: 'email', address: 'alice@friend.example' }, { kind: 'phone', address: '+15005550001' }]
  const alice = await call<Contact>('contact.put', { name: 'Alice', addresses })
  t.equal(alice.via, null)
  const sent = await call<Message>('message.send', { clientId: randomUUIDv7(), to: addresses[0], text: 'Hello' })
  const conversationId = sent.conversationId
  t.match(await call('compose.resolve', { conversationId }), { via: { channel: 'email' }, alternatives: [{ channel: 'sms', ok: true, whyNot: 'It costs more', parts: 1, cost: 1 }] })
  t.match(await call('contact.put', { id: alice.id, via: { accountId: accounts.sms, channel: 'sms' } }), { via: { accountId: accounts.sms, channel: 'sms' } })
  t.match(await call('compose.resolve', { conversationId }), { via: { channel: 'sms' }, because: { rule: 'sticky', text: 'You chose sms for them' } })
  t.match(await call('compose.resolve', { conversationId, via: { channel: 'email' } }), { via: { channel: 'email' }, because: { rule: 'asked' } }, 'for one message')
  t.match(await call('contact.put', { id: alice.id, via: { address: 'Alice@FRIEND.example' } }), { via: { address: 'Alice@FRIEND.example' } })
  t.match(await call('compose.resolve', { conversationId }), { via: { channel: 'email' }, because: { rule: 'sticky' } })
  t.match(await call('contact.put', { id: alice.id, via: null, notes: 'as it comes' }), { via: null })
  t.match(await call('compose.resolve', { conversationId }), { because: { rule: 'cheapest' } })
  t.match(await refused('contact.put', { id: alice.id, via: {} }), { kind: 'invalid_params', message: /via names nothing/ })
  t.match(await refused('contact.put', { id: alice.id, via: { accountId: 'a999' } }), { kind: 'not_found' })
})

t.test('contact.suggestions: whom the user knows by the same name, with the evidence; strangers never', async (t) => {
  const { call, refused, writes } = await openStage(t)
  type Suggested = { contacts: Contact[], evidence: string[] }
  const list = async () => (await call<Page<Suggested>>('contact.suggestions')).items
  const friend = async (name: string, address: string, kind = 'email') => {
    const { id } = await call<Contact>('contact.put', { name, addresses: [{ kind, address }] })
    await call('friend.set', { contactId: id, friend: true })
    return id
  }
  const one = await friend('Alice Example', 'alice@friend.example')
  await writes('Alice Example <mallory@evil.test>', 'It is me')
  t.same(await list(), [], 'a stranger with her name')
  const other = await friend('Example,  alice', '+15005550001', 'phone')
  t.match(await list(), [{ contacts: [{ id: one }, { id: other }], evidence: [/Both are called .*: alice@friend.example and \+15005550001\./, /You know both/] }])

  const bob = await friend('Bob', 'bob@friend.example')
  const bobs = await friend('bob', 'bob@work.example')
  t.equal((await list()).length, 1, 'a single word is not enough')
  await friend('Carol', 'carol@friend.example')
  for (const from of ['bob@friend.example', 'bob@work.example']) {
    await writes(from, 'All of us', { recipients: [{ kind: 'email', address: own, role: 'to' }, { kind: 'email', address: 'carol@friend.example', role: 'cc' }] })
  }
  t.match((await list())[1], { contacts: [{ id: bob }, { id: bobs }], evidence: [/Both are called bob/, 'Both are in a group with Carol.', /You know both/] })
  const first = await call<Page<Suggested>>('contact.suggestions', { limit: 1 })
  t.match(await call('contact.suggestions', { limit: 1, cursor: first.nextCursor }), { items: [{ contacts: [{ id: bob }] }], nextCursor: null })
  t.match(await refused('contact.suggestions', { cursor: '!' }), { kind: 'invalid_params' })

  t.same(await call('contact.keepApart', { ids: [bobs, bob] }), {})
  t.match(await refused('contact.keepApart', { ids: [bob, bob] }), { kind: 'invalid_params' })
  t.match(await refused('contact.keepApart', { ids: [bob, 'p999'] }), { kind: 'not_found' })
  t.equal((await list()).length, 1)
  await call('contact.merge', { ids: [one, other] })
  t.same(await list(), [])
  t.match(await refused('contact.keepApart', { ids: [bob, other] }), { kind: 'conflict' })
})

t.test('a private answer stays private, and says what it answers', async (t) => {
  const { call, writes } = await openStage(t)
  const everybody = [{ kind: 'email', address: own, role: 'to' as const }, { kind: 'email', address: 'carol@friend.example', role: 'cc' as const }]
  const all = await writes('bob@friend.example', 'To all of you', { recipients: everybody, subject: 'Party', messageId: 'all@friend.example' })
  const mine = await writes('bob@friend.example', 'Only to you', { recipients: everybody.slice(0, 1), subject: 'Re: Party', messageId: 'you@friend.example', references: ['all@friend.example'] })
  t.not(mine.conversationId, all.conversationId)
  t.equal(mine.replyTo, all.id)
  t.equal((await call<Message>('message.get', { id: mine.id })).replyTo, all.id)
  t.equal(all.replyTo, undefined)
  const forged = await writes('mallory@evil.test', 'Not this one', { messageId: 'all@friend.example' })
  const answer = await writes('carol@friend.example', 'I am in', { recipients: everybody, references: ['all@friend.example'], messageId: 'in@friend.example' })
  t.equal(answer.replyTo, all.id, 'a reused id does not take its place')
  t.not(answer.replyTo, forged.id)
  const unknown = await writes('bob@friend.example', 'What?', { references: ['never@friend.example'] })
  t.equal(unknown.replyTo, undefined)
})
