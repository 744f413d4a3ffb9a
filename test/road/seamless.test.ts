import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { xml } from '@xmpp/client'
import t from 'tap'
import { until } from '../connectors/account.ts'
import { settingsFor } from '../connectors/email/recording-account.ts'
import { person } from '../connectors/xmpp/person.ts'
import { corpora, startTwilio } from '../fakes/twilio.ts'
import { connect } from '../fixtures/client.ts'
import type { Client } from '../fixtures/client.ts'
import { openHouse, zone } from '../fixtures/house.ts'
import { dovecotMissing, freePorts, startDovecot } from '../servers/dovecot.ts'
import { prosodyMissing, startProsody } from '../servers/prosody.ts'
import { plainMail, signingDomain } from './signed-mail.ts'

type Message = { id: string, text: string, channel: string, status?: string, conversationId: string, attempts?: { status: string, because: { rule: string } }[] }
type Account = { id: string, status: string, gaps: { since: string, until: string | null, filledAt: string | null }[] }

const skip = dovecotMissing || prosodyMissing || (existsSync(join(corpora, 'sms')) ? false : 'the published API file is missing: set KINBOX_CORPORA')
const adasNumber = '+15005550006'
const alicesNumber = '+4915112345678'
const alicesChat = 'alice@friend.example'
const friend = signingDomain('friend.example')

t.test('a friend writes a mail, an SMS and a chat message, and is answered where she is', { skip, timeout: 280_000 }, async (t) => {
  const dovecot = await startDovecot()
  t.teardown(() => dovecot.close())
  const prosody = await startProsody({ users: ['ada@example.org', alicesChat] })
  t.teardown(() => prosody.close())
  const twilio = await startTwilio({ clock: { now: () => Date.now() }, numbers: [adasNumber] })
  t.teardown(() => twilio.close())
  const [port] = await freePorts(1) as [number]
  const house = await openHouse(t, { config: { port, publicUrl: `http://127.0.0.1:${port}` }, world: { dns: zone(friend.records) } })
  const one = await house.client()
  const two = await house.client()
  const created = (client: Client, text: string) => client.events.find((event) => event.type === 'message.created' && String(event.data?.['text']).trim() === text)
  const arrived = async (text: string) => {
    await one.until(() => created(one, text) !== undefined, 60_000)
    return created(one, text)!.data as Message
  }
  const account = (id: string) => one.call<Account>('account.status', { id })
  const mail = async (text: string) => dovecot.deliver('ada', await friend.sign(plainMail({ from: 'Alice <alice@friend.example>', subject: 'The lake', text })))

  const email = await house.connectAccount(one, 'email', settingsFor(dovecot, 'ada'))
  const sms = await house.connectAccount(one, 'sms-twilio', { accountSid: twilio.accountSid, authToken: twilio.authToken, number: adasNumber, baseUrl: twilio.url, pollSeconds: 1 })
  twilio.webhook = (await one.call<{ webhookUrl: string }>('account.status', { id: sms })).webhookUrl
  const chat = await house.connectAccount(one, 'xmpp', { jid: 'ada@example.org', password: prosody.password, service: prosody.urls.xmpp, rooms: [{ jid: `lake@${prosody.rooms}`, nick: 'ada' }] })
  const { id: aliceId } = await one.call<{ id: string }>('contact.put', {
    name: 'Alice', addresses: [{ kind: 'email', address: 'alice@friend.example' }, { kind: 'phone', address: alicesNumber }, { kind: 'xmpp', address: alicesChat }]
  })
  await one.call('friend.set', { contactId: aliceId, friend: true })

  // Both see when the other is there, as friends on that network do.
  let alice = await person(prosody, alicesChat)
  const befriend = async () => {
    await alice.send(xml('presence', { to: 'ada@example.org', type: 'subscribe' }))
    await alice.send(xml('presence', { to: 'ada@example.org', type: 'subscribed' }))
  }
  const ada = await person(prosody, 'ada@example.org', { resource: 'laptop' })
  await befriend()
  await ada.send(xml('presence', { to: alicesChat, type: 'subscribe' }))
  await ada.send(xml('presence', { to: alicesChat, type: 'subscribed' }))

  const texts = async (client = one) => {
    const { items } = await client.call<{ items: { id: string, contactId?: string }[] }>('conversation.list', { folder: 'inbox' })
    return Promise.all(items.filter(({ contactId }) => contactId === aliceId).map(async ({ id }) => (await client.call<{ items: Message[] }>('message.list', { conversationId: id })).items.map(({ text }) => text.trim()).reverse()))
  }

  await mail('By mail')
  const first = await arrived('By mail')
  // Mailboxes and the list of texts tell whole seconds: what comes in one second has no order.
  await setTimeout(1000 - Date.now() % 1000)
  await twilio.inbound(alicesNumber, adasNumber, 'By SMS')
  await arrived('By SMS')
  await alice.say('ada@example.org', 'By chat')
  await arrived('By chat')

  await t.test('one conversation, in the inbox, in the order of time, each message with its channel', async (t) => {
    t.same(await texts(), [['By mail', 'By SMS', 'By chat']])
    t.same(['By mail', 'By SMS', 'By chat'].map((text) => (created(one, text)!.data as Message).channel), ['email', 'sms', 'chat'])
    t.same(new Set(['By mail', 'By SMS', 'By chat'].map((text) => (created(one, text)!.data as Message).conversationId)).size, 1)
  })

  let sent = 0
  const send = (text: string, more: object = {}) => one.call<Message>('message.send', { clientId: `0198c5a0-1f2e-7abc-8def-0000000000${10 + sent++}`, conversationId: first.conversationId, text, ...more })
  const becomes = async (id: string, wanted: string) => {
    await one.until(() => one.events.findLast((event) => event.id === id)?.data?.['status'] === wanted, 60_000).catch(() => undefined)
    return (await one.call<Message>('message.get', { id })).status
  }
  const isThere = (available: string) => until(`Alice is ${available}`, async () => JSON.stringify((await one.call<{ items: object[] }>('presence.list')).items).includes(available) || null, 60_000)

  await t.test('she is online: the answer goes by chat, and receipts raise it to delivered and to read', async (t) => {
    await isThere('online')
    const answer = await send('You are there')
    t.match(answer, { channel: 'chat', attempts: [{ because: { rule: 'present' } }] })
    const got = await alice.hears('the answer', (stanza) => stanza.name === 'message' && stanza.getChildText('body') === 'You are there')
    t.equal(await becomes(answer.id, 'sent'), 'sent')
    await alice.send(xml('message', { to: 'ada@example.org', type: 'chat' }, xml('received', { xmlns: 'urn:xmpp:receipts', id: got.attrs['id'] as string })))
    t.equal(await becomes(answer.id, 'delivered'), 'delivered')
    await alice.send(xml('message', { to: 'ada@example.org', type: 'chat' }, xml('displayed', { xmlns: 'urn:xmpp:chat-markers:0', id: got.attrs['id'] as string })))
    t.equal(await becomes(answer.id, 'read'), 'read')
  })

  await t.test('a room is a group: what is said there comes in, and an answer goes to the room, shown once', async (t) => {
    await alice.send(xml('presence', { to: `lake@${prosody.rooms}/Alice` }, xml('x', { xmlns: 'http://jabber.org/protocol/muc' })))
    await alice.hears('the room', (stanza) => stanza.name === 'presence' && String(stanza.attrs['from']).endsWith('/Alice'))
    await alice.send(xml('message', { to: `lake@${prosody.rooms}`, type: 'groupchat', id: 'said-in-the-room' }, xml('body', {}, 'Hello room')))
    const said = await arrived('Hello room')
    t.not(said.conversationId, first.conversationId)
    t.match(await one.call('conversation.get', { id: said.conversationId }), { kind: 'group' })
    const answer = await one.call<Message>('message.send', { clientId: '0198c5a0-1f2e-7abc-8def-000000000099', conversationId: said.conversationId, text: 'Hello Alice' })
    t.match(answer, { channel: 'chat', conversationId: said.conversationId })
    const heard = await alice.hears('the answer', (stanza) => stanza.attrs['type'] === 'groupchat' && stanza.getChildText('body') === 'Hello Alice')
    t.equal(heard.attrs['from'], `lake@${prosody.rooms}/ada`)
    t.equal(await becomes(answer.id, 'sent'), 'sent')
    const room = (await one.call<{ items: Message[] }>('message.list', { conversationId: said.conversationId })).items.map(({ text }) => text)
    t.same(room, ['Hello Alice', 'Hello room'])
  })

  await t.test('she has left: the last channel that reaches her and is no chat, the SMS', async (t) => {
    await alice.leave()
    await isThere('offline')
    const answer = await send('You have left')
    t.match(answer, { channel: 'sms', attempts: [{ because: { rule: 'last-channel' } }] })
    t.equal(await becomes(answer.id, 'sent'), 'sent')
    const taken = twilio.messages.find(({ body }) => body === 'You have left')!
    await twilio.status(taken.sid, 'delivered')
    t.equal(await becomes(answer.id, 'delivered'), 'delivered')
  })

  await t.test('asked for mail, it goes by mail', async (t) => {
    const answer = await send('You asked for mail', { via: { channel: 'email' } })
    t.match(answer, { channel: 'email', attempts: [{ because: { rule: 'asked' } }] })
    t.equal(await becomes(answer.id, 'sent'), 'sent')
    t.equal(dovecot.sink.messages.length, 1)
  })

  await t.test('both servers are restarted in the middle: nothing is lost or doubled; the gaps are marked, then filled', async (t) => {
    await Promise.all([dovecot.stop(), prosody.stop()])
    const deaf = (id: string) => until(`${id} notices`, async () => (await account(id)).status !== 'live' || null, 60_000)
    await Promise.all([deaf(email), deaf(chat)])
    t.equal((await account(chat)).gaps[0]!.filledAt, null)
    await Promise.all([dovecot.start(), prosody.start()])
    await mail('Mail after the restart')
    alice = await person(prosody, alicesChat)
    await alice.say('ada@example.org', 'Chat after the restart')
    await Promise.all([arrived('Mail after the restart'), arrived('Chat after the restart')])
    for (const id of [email, chat]) {
      await until('the gap is filled', async () => (await account(id)).gaps[0]?.filledAt || null, 60_000)
      t.equal((await account(id)).status, 'live')
    }
    const thread = (await texts())[0]!
    t.same(thread.slice().sort(), ['By SMS', 'By chat', 'By mail', 'Chat after the restart', 'Mail after the restart', 'You are there', 'You asked for mail', 'You have left'])
    await alice.leave()
  })

  await t.test('two clients have seen the same events in the same order, and one that is cut resumes exactly', async (t) => {
    await two.until(() => two.seq() === one.seq())
    const both = Math.max(one.events[0]!.seq, two.events[0]!.seq)
    const seen = (client: Client) => client.events.filter(({ seq }) => seq >= both).map(({ seq, type, id }) => `${seq} ${type} ${id}`)
    t.same(seen(two), seen(one))
    const position = { logId: two.hello.logId, seq: two.seq() }
    two.cut()
    await twilio.inbound(alicesNumber, adasNumber, 'While you were away')
    await arrived('While you were away')
    const again = await connect(house.app.url, { token: await house.token(), resume: position })
    t.teardown(() => again.close())
    await again.until(() => again.seq() === one.seq() && created(again, 'While you were away') !== undefined)
    t.same(again.events.map(({ seq }) => seq), one.events.map(({ seq }) => seq).filter((seq) => seq > position.seq))
  })

  await t.test('no secret is in the log, and all requests were as the published API wants them', (t) => {
    const log = house.log.join('\n')
    t.same([dovecot.password, prosody.password, twilio.authToken].filter((secret) => log.includes(secret)), [])
    t.same(twilio.problems, [])
    t.end()
  })
  await ada.leave()
})
