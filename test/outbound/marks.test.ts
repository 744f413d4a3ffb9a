import t from 'tap'
import type { Test } from 'tap'
import { until } from '../connectors/account.ts'
import { inMailbox, settingsFor } from '../connectors/email/recording-account.ts'
import type { Client } from '../fixtures/client.ts'
import { openHouse } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'
import { plainMail } from '../road/signed-mail.ts'
import { dovecotMissing, startDovecot } from '../servers/dovecot.ts'

type Message = { id: string, text: string, seen: boolean, conversationId: string }

const made = (client: Client) => client.events.filter(({ type }) => type === 'message.created').map(({ data }) => data as Message)
const seen = async (client: Client, id: string) => (await client.call<Message>('message.get', { id })).seen

t.test('read here is read in the mailbox, and the other way round', { skip: dovecotMissing, timeout: 280_000 }, async (t) => {
  const dovecot = await startDovecot()
  t.teardown(() => dovecot.close())
  const house = await openHouse(t)
  const client = await house.client()
  await house.connectAccount(client, 'email', settingsFor(dovecot, 'ada'))
  for (const text of ['one', 'two', 'three']) await dovecot.deliver('ada', plainMail({ from: 'bob@friend.example', text }))
  await client.until(() => made(client).length === 3, 60_000)
  const [one, two, three] = made(client).sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1))) as [Message, Message, Message]

  const marked = () => inMailbox(dovecot, 'ada', async (other) => {
    await other.mailboxOpen('INBOX')
    return (await other.search({ seen: true }, { uid: true }) || []).length
  })
  const untilMarked = async (wanted: number) => {
    for (let i = 0; i < 2_400 && await marked() !== wanted; i++) await new Promise((tick) => setTimeout(tick, 25))
    return await marked()
  }

  t.same(await client.call('conversation.markRead', { id: one.conversationId, upTo: two.id }), { marked: 2 })
  t.equal(await untilMarked(2), 2)
  t.same(await client.call('conversation.markUnread', { id: one.conversationId, from: two.id }), { marked: 1 })
  t.equal(await untilMarked(1), 1)

  await inMailbox(dovecot, 'ada', async (other) => {
    await other.mailboxOpen('INBOX')
    await other.messageFlagsAdd('3', ['\\Seen'])
  })
  await client.until(() => client.events.some((event) => event.type === 'message.changed' && event.id === three.id && event.data?.['seen'] === true), 60_000)
  t.same([await seen(client, one.id), await seen(client, two.id), await seen(client, three.id)], [true, false, true])
})

async function stage(t: Test) {
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors } })
  const client = await house.client()
  await house.connectAccount(client, 'letters', { own: 'ada@example.org', secret })
  await house.connectAccount(client, 'chats', { own: 'ada@chat.example', secret })
  const mail = network.wire('ada@example.org')
  const chat = network.wire('ada@chat.example')
  const arrive = async (kind: 'email' | 'chat', address: string, texts: string[]) => {
    const before = made(client).length
    await (kind === 'email' ? mail : chat).letters(texts.map((text) => ({ sender: { kind, address, raw: address }, recipients: [], text })))
    await client.until(() => made(client).length === before + texts.length)
    return made(client).slice(before)
  }
  const read = (messages: Message[]) => client.call('conversation.markRead', { id: messages[0]!.conversationId, upTo: messages.at(-1)!.id })
  return { house, client, mail, chat, arrive, read }
}

t.test('what is read while a network is away is told when it is back, over a restart, once', async (t) => {
  const { house, mail, arrive, read } = await stage(t)
  const letters = await arrive('email', 'bob@friend.example', ['a', 'b'])
  mail.refuses = { code: 'down', text: 'The server is down.', retry: 'later' }
  mail.lose({ code: 'cut', text: 'The connection broke.', retry: 'later' })
  await read(letters)
  t.same(mail.marked, [])
  await house.restart()
  mail.refuses = null
  await until('the marks are told', () => mail.marked.length > 0)
  t.same(mail.marked.map(({ remoteIds, seen }) => [remoteIds.length, seen]), [[2, true]])
  await house.restart()
  await until('it is open again', () => mail.open)
  const client = await house.client()
  t.same(await client.call('conversation.markUnread', { id: letters[0]!.conversationId, from: letters[1]!.id }), { marked: 1 })
  await until('the mark is told', () => mail.marked.length > 1)
  t.same(mail.marked.slice(1).map(({ remoteIds, seen }) => [remoteIds.length, seen]), [[1, false]], 'what was told is not told again')
})

t.test('a mark that waits is newer than what the network says', async (t) => {
  const { mail, client, arrive, read } = await stage(t)
  mail.marks = () => ({ code: 'busy', text: 'The server is busy.', retry: 'later' })
  const [letter] = await arrive('email', 'bob@friend.example', ['a']) as [Message]
  await read([letter])
  await mail.tells({ type: 'flags', remoteId: 'box/1' as never, seen: false, flagged: true })
  await client.until(() => client.events.some((event) => event.id === letter.id && event.data?.['flagged'] === true))
  t.equal(await seen(client, letter.id), true)
})

t.test('a mark that a network will never take waits no longer', async (t) => {
  const { mail, client, arrive, read } = await stage(t)
  mail.marks = () => ({ code: 'read-only', text: 'This mailbox cannot be written to.', retry: 'never' })
  const [letter] = await arrive('email', 'bob@friend.example', ['a']) as [Message]
  await read([letter])
  mail.marks = null
  for (let i = 0; i < 10_000 && await seen(client, letter.id); i++) await mail.tells({ type: 'flags', remoteId: 'box/1' as never, seen: false })
  t.equal(await seen(client, letter.id), false, 'what the network says counts again')
  t.same(mail.marked, [])
})

t.test('a sender is told of reading only if the user wants it, in the inbox, and not while invisible', async (t) => {
  const { client, chat, arrive, read } = await stage(t)
  const contact = await client.call<{ id: string }>('contact.put', { name: 'Alice', addresses: [{ kind: 'chat', address: 'alice@chat.example' }] })
  await client.call('friend.set', { contactId: contact.id, friend: true })
  t.match(await client.call('settings.get'), { sendReadMarkers: false })
  await read(await arrive('chat', 'alice@chat.example', ['not wanted']))
  t.match(await client.call('settings.set', { sendReadMarkers: true }), { sendReadMarkers: true, rev: 2 })
  await read(await arrive('chat', 'mallory@evil.test', ['a stranger']))
  await client.call('presence.set', { available: 'invisible' })
  await read(await arrive('chat', 'alice@chat.example', ['while invisible']))
  await client.call('presence.set', { available: 'online' })
  await read(await arrive('chat', 'alice@chat.example', ['one', 'two', 'three']))
  await until('the mark is told', () => chat.marked.length > 0)
  t.same(chat.marked, [{ type: 'mark', remoteIds: ['box/6'], seen: true }], 'the newest says it for all')
})
