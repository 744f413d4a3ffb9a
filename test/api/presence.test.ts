import t from 'tap'
import { failureOf } from '../fixtures/client.ts'
import type { Client } from '../fixtures/client.ts'
import { openHouse } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'
import { until } from '../connectors/account.ts'
import type { Test } from 'tap'

const alice = { kind: 'chat', address: 'alice@chat.example' }
const laptop = { kind: 'chat', address: 'alice@work.example' }
const own = 'ada@chat.example'

/** Ada with a mailbox and two chat accounts, and Alice, her friend, at a mail address and two chat addresses. */
async function stage(t: Test) {
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors } })
  const client = await house.client()
  const mail = await house.connectAccount(client, 'letters', { own: 'ada@example.org', secret })
  await house.connectAccount(client, 'chats', { own, secret })
  await house.connectAccount(client, 'chats', { own: 'ada@work.example', secret })
  const chat = network.wire(own)
  const work = network.wire('ada@work.example')
  const contact = await client.call<{ id: string }>('contact.put', { name: 'Alice', addresses: [{ kind: 'email', address: 'alice@friend.example' }, alice, laptop] })
  await client.call('friend.set', { contactId: contact.id, friend: true })
  await network.wire('ada@example.org').letters([{ sender: { kind: 'email', address: 'alice@friend.example', raw: 'alice@friend.example' }, recipients: [{ kind: 'email', address: 'ada@example.org', role: 'to' }], text: 'A mail' }])
  const conversation = (await client.call<{ items: { id: string }[] }>('conversation.list', { folder: 'inbox' })).items[0]!
  return { network, house, client, mail, chat, work, contactId: contact.id, conversationId: conversation.id }
}

/** The last signal of presence about an address. */
const seen = (client: Client, { address }: { address: string }) => client.signals.findLast((signal) => signal['type'] === 'presence' && (signal['party'] as { address: string } | undefined)?.address === address)
const via = async (client: Client, conversationId: string) => {
  const { via, because } = await client.call<{ via: { channel: string }, because: { rule: string } }>('compose.resolve', { conversationId })
  return `${via.channel} ${because.rule}`
}

t.test('a contact shows the best of all its addresses, and an answer finds them where they are', async (t) => {
  const { client, house, chat, work, contactId, conversationId } = await stage(t)
  t.match(await client.call('presence.list'), { items: [], nextCursor: null, own: { shown: 'offline', devices: [] } })
  t.equal(await via(client, conversationId), 'email last-channel', 'nothing is known of her on chat')

  chat.signals({ type: 'presence', address: alice, available: true, away: true, device: 'phone' })
  await client.until(() => seen(client, alice)?.['presence'] === 'away')
  t.match(seen(client, alice), { type: 'presence', party: alice, available: true, presence: 'away', contactId, best: 'away', lastSeenAt: /Z$/ })
  work.signals({ type: 'presence', address: laptop, available: true })
  await client.until(() => seen(client, laptop)?.['best'] === 'online')
  t.match(await client.call('presence.list'), { items: [{ contactId, presence: 'online', addresses: [{ ...alice, presence: 'away' }, { ...laptop, presence: 'online' }] }] })
  t.equal(await via(client, conversationId), 'chat present')

  chat.signals({ type: 'presence', address: alice, available: true, device: 'desk' })
  await client.until(() => seen(client, alice)?.['presence'] === 'online')
  chat.signals({ type: 'presence', address: alice, available: false, device: 'desk' })
  await client.until(() => seen(client, alice)?.['presence'] === 'away')
  t.equal(seen(client, alice)!['best'], 'online', 'one device left, and she is online at work')
  chat.signals({ type: 'presence', address: alice, available: false })
  work.signals({ type: 'presence', address: laptop, available: false })
  await client.until(() => seen(client, laptop)?.['best'] === 'offline' && seen(client, alice)?.['best'] === 'offline')
  t.equal(await via(client, conversationId), 'email last-channel')
  t.match(await client.call('presence.list', { limit: 1 }), { items: [{ contactId, presence: 'offline', lastSeenAt: /Z$/ }] })

  const before = client.signals.length
  chat.signals({ type: 'presence', address: { kind: 'chat', address: 'mallory@evil.test' }, available: true })
  chat.signals({ type: 'presence', address: alice, available: true })
  await client.until(() => seen(client, alice)?.['presence'] === 'online')
  t.same(client.signals.slice(before).filter((signal) => (signal['party'] as { address: string }).address === 'mallory@evil.test'), [], 'of strangers nothing is told')
  chat.lose({ code: 'cut', text: 'The connection broke.', retry: 'later' })
  await client.until(() => seen(client, alice)?.['presence'] === 'offline')
  t.equal(await via(client, conversationId), 'email last-channel', 'a lost connection knows nothing any more')

  await house.restart()
  const again = await house.client()
  t.match(await again.call('presence.list'), { items: [] })
  await until('the chat account is back', () => chat.open)
  chat.signals({ type: 'presence', address: alice, available: false })
  await again.until(() => seen(again, alice) !== undefined)
  t.match(await again.call('presence.list'), { items: [{ contactId, presence: 'offline', lastSeenAt: /Z$/ }] }, 'when she was last seen is kept over a restart')
  t.match(await failureOf(again.call('presence.list', { cursor: '!' })), { kind: 'invalid_params' })
})

t.test('the best of the user\'s own clients is told to the networks, and ends with the socket', async (t) => {
  const { client, house, chat } = await stage(t)
  const phone = await house.client()
  const told = () => chat.told.map((signal) => signal.type === 'presence' ? `${signal.available ? signal.away ? 'away' : 'online' : 'gone'} ${signal.address.address}` : signal.type)
  t.same(told(), [])
  t.same(await client.call('presence.set', { available: 'away', device: 'desk' }), { shown: 'away' })
  await until('it is told', () => chat.told.length === 1)
  t.same(await phone.call('presence.set', { available: 'online' }), { shown: 'online' })
  await client.until(() => client.signals.some((signal) => signal['own'] === true && signal['presence'] === 'online'))
  t.match(await phone.call('presence.list'), { own: { shown: 'online', invisible: false, devices: [{ device: 'desk', available: 'away', current: false }, { device: null, available: 'online', current: true }] } })
  await until('it is told', () => chat.told.length === 2)
  phone.cut()
  await until('it is told', () => chat.told.length === 3)
  t.same(told(), [`away ${own}`, `online ${own}`, `away ${own}`])

  chat.lose({ code: 'cut', text: 'The connection broke.', retry: 'later' })
  await until('the new session is told', () => chat.told.length === 4)
  t.equal(told()[3], `away ${own}`)

  const hidden = await house.client()
  t.same(await hidden.call('presence.set', { available: 'invisible' }), { shown: 'offline' })
  await until('it is told', () => chat.told.length === 5)
  t.equal(told()[4], `gone ${own}`)
  t.same(await client.call('presence.set', { available: 'online' }), { shown: 'offline' }, 'one that hides hides the user')
  t.match(await client.call('presence.list'), { own: { shown: 'offline', invisible: true } })
  t.match(await failureOf(client.call('presence.set', { available: 'busy' })), { kind: 'invalid_params', message: /"invisible"/ })
  hidden.cut()
  await until('it is told', () => chat.told.length === 6)
  t.equal(told()[5], `online ${own}`)
})

t.test('who has been invisible from the start is never told of', async (t) => {
  const { client, chat, conversationId } = await stage(t)
  await client.call('presence.set', { available: 'invisible' })
  chat.signals({ type: 'presence', address: alice, available: true })
  await client.until(() => seen(client, alice) !== undefined)
  t.same(await client.call('typing.set', { conversationId, typing: true }), { told: false })
  chat.lose({ code: 'cut', text: 'The connection broke.', retry: 'later' })
  await until('it is open again', () => chat.open && chat.opened === 2)
  await client.call('presence.set', { available: 'offline' })
  t.same(chat.told, [])
})

t.test('typing is shown where an answer would go, and seldom', async (t) => {
  const { client, network, chat, conversationId } = await stage(t)
  t.same(await client.call('typing.set', { conversationId, typing: true }), { told: false }, 'nobody sees it by mail')
  chat.signals({ type: 'presence', address: alice, available: true })
  await client.until(() => seen(client, alice) !== undefined)
  t.same(await client.call('typing.set', { conversationId, typing: true }), { told: true })
  for (let i = 0; i < 5; i++) t.same(await client.call('typing.set', { conversationId, typing: true }), { told: false })
  t.same(await client.call('typing.set', { conversationId, typing: false }), { told: true })
  t.same(await client.call('typing.set', { conversationId, typing: false }), { told: false })
  t.same(chat.told, [{ type: 'typing', address: alice, typing: true }, { type: 'typing', address: alice, typing: false }])

  chat.signals({ type: 'typing', address: alice, typing: true })
  await client.until(() => client.signals.some((signal) => signal['type'] === 'typing'))
  t.match(client.signals.find((signal) => signal['type'] === 'typing'), { conversationId, party: alice, typing: true })

  await network.wire(own).letters([{ sender: { kind: 'chat', address: 'mallory@evil.test', raw: 'mallory@evil.test' }, recipients: [{ kind: 'chat', address: own, role: 'to' }], text: 'Hello' }])
  const other = (await client.call<{ items: { id: string }[] }>('conversation.list', { folder: 'other' })).items[0]!
  t.same(await client.call('typing.set', { conversationId: other.id, typing: true }), { told: false }, 'never to somebody in Other')
  t.match(await failureOf(client.call('typing.set', { conversationId: 'c999', typing: true })), { kind: 'not_found' })
})

t.test('among several, who is blocked does not see the user type', async (t) => {
  const { client, chat } = await stage(t)
  const carol = { kind: 'chat', address: 'carol@chat.example' }
  await chat.letters([{ sender: { ...alice, raw: alice.address }, recipients: [{ kind: 'chat', address: own, role: 'to' }, { ...carol, role: 'to' }], text: 'All three of us' }])
  const { items } = await client.call<{ items: { id: string, kind: string, lastMessage: { text: string } }[] }>('conversation.list', { folder: 'inbox' })
  const group = items.find(({ kind }) => kind === 'group')!
  const typing = async () => {
    chat.told.length = 0
    const answer = await client.call('typing.set', { conversationId: group.id, typing: true })
    await client.call('typing.set', { conversationId: group.id, typing: false })
    return [answer, chat.told.flatMap((signal) => signal.type === 'typing' && signal.typing ? [signal.address.address] : []).sort()]
  }
  t.same(await typing(), [{ told: true }, [alice.address, carol.address]])
  const { id } = await client.call<{ id: string }>('contact.put', { name: 'Carol', addresses: [carol] })
  await client.call('contact.block', { id, blocked: true })
  t.same(await typing(), [{ told: true }, [alice.address]])
})

t.test('who is blocked is told nothing more, also not what waited to be told; a block is said to the network at once', async (t) => {
  const { client, chat, contactId, conversationId } = await stage(t)
  await client.call('settings.set', { sendReadMarkers: true })
  const writes = async (text: string) => {
    await chat.letters([{ sender: { ...alice, raw: alice.address }, recipients: [{ kind: 'chat', address: own, role: 'to' }], text, proof: { level: 'verified', evidence: [] } }])
    const { items } = await client.call<{ items: { id: string, text: string }[] }>('message.list', { conversationId, limit: 1 })
    t.equal(items[0]!.text, text)
    return items[0]!.id
  }
  const one = await writes('one')
  t.match(await client.call('typing.set', { conversationId, typing: true }), { told: true })
  chat.refuses = { code: 'down', text: 'It is down.', retry: 'later' }
  chat.lose(chat.refuses)
  await client.call('conversation.markRead', { id: conversationId, upTo: one })
  await client.call('contact.block', { id: contactId, blocked: true })
  chat.refuses = null
  await until('the account is back', () => chat.open)
  t.match(await client.call('typing.set', { conversationId, typing: true }), { told: false })

  const before = chat.audiences
  await client.call('contact.block', { id: contactId, blocked: false })
  await until('the network hears of it', () => chat.audiences > before)
  t.equal(await chat.mayTell(alice), true)
  const two = await writes('two')
  await client.call('conversation.markRead', { id: conversationId, upTo: two })
  await until('what is read now is told', () => chat.marked.length > 0)
  t.equal(chat.marked.flatMap(({ remoteIds }) => remoteIds).length, 1, 'and only that')
})
