import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../connectors/account.ts'
import { inMailbox, settingsFor } from '../connectors/email/recording-account.ts'
import { corpora, startTwilio } from '../fakes/twilio.ts'
import type { Client } from '../fixtures/client.ts'
import { openHouse } from '../fixtures/house.ts'
import { dovecotMissing, startDovecot } from '../servers/dovecot.ts'
import { startWire } from '../servers/wire.ts'

type Message = { id: string, text: string, status: string, messageId: string | null, conversationId: string, attempts: { id: string, status: string, error?: { code: string, text: string } | null }[] }

let n = 0
const send = (client: Client, to: object, text: string) => client.call<Message>('message.send', { clientId: `0198c5a0-1f2e-7abc-8def-${String(++n).padStart(12, '0')}`, to, text })
const get = (client: Client, { id }: { id: string }) => client.call<Message>('message.get', { id })
const outbox = async (client: Client) => (await client.call<{ items: Message[] }>('outbox.list')).items.map(({ text, status }) => `${text}: ${status}`)
const texts = async (client: Client, { conversationId }: Message) => (await client.call<{ items: Message[] }>('message.list', { conversationId })).items.map(({ text }) => text)
async function becomes(client: Client, message: Message, status: string): Promise<Message> {
  await until(`${message.text} is ${status}`, () => client.events.some((event) => event.id === message.id && event.data?.['status'] === status))
  return get(client, message)
}

t.test('a mail without an answer after its last byte: never doubled by itself, settled where the provider can tell', { skip: dovecotMissing, timeout: 280_000 }, async (t) => {
  const dovecot = await startDovecot()
  t.teardown(() => dovecot.close())
  const wire = await startWire(dovecot.ports.submission)
  t.teardown(() => wire.close())
  const house = await openHouse(t)
  let client = await house.client()
  const settings = settingsFor(dovecot, 'ada')
  await house.connectAccount(client, 'email', { ...settings, smtp: { ...settings.smtp, port: wire.port } })
  const bob = { kind: 'email', address: 'bob@friend.example' }
  wire.lose = { after: /\r\n\.\r\n$/ }

  const first = await becomes(client, await send(client, bob, 'one'), 'uncertain')
  t.match(first.attempts, [{ status: 'uncertain', error: { code: 'no-answer', text: /may have gone out/ } }])
  const second = await becomes(client, await send(client, bob, 'two'), 'uncertain')
  const third = await becomes(client, await send(client, bob, 'three'), 'uncertain')
  t.same(await outbox(client), ['three: uncertain', 'two: uncertain', 'one: uncertain'])
  t.equal(dovecot.sink.messages.length, 3, 'in truth they have all gone')

  wire.lose = null
  await house.restart()
  client = await house.client()
  const last = await becomes(client, await send(client, bob, 'four'), 'sent')
  t.same(await outbox(client), ['three: uncertain', 'two: uncertain', 'one: uncertain'], 'neither time nor a restart sends them again')
  t.equal(dovecot.sink.messages.length, 4)

  await client.call('outbox.resolve', { attemptId: first.attempts[0]!.id, outcome: 'sent' })
  await client.call('outbox.resolve', { attemptId: second.attempts[0]!.id, outcome: 'failed' })
  await client.call('message.retry', { id: third.id })
  await becomes(client, third, 'sent')
  t.same(await outbox(client), ['two: failed'])
  t.equal(dovecot.sink.messages.length, 5, 'again only what the user wanted again')
  const ids = dovecot.sink.messages.map(({ raw }) => /^Message-ID: <(.*)>/mi.exec(raw.toString('latin1'))?.[1])
  t.equal(ids[4], ids[2], 'under the same id, so that the other side can drop the double')
  t.same((await texts(client, last)).sort(), ['four', 'one', 'three', 'two'])
})

t.test('a provider that files what was sent is asked', { skip: dovecotMissing, timeout: 280_000 }, async (t) => {
  const dovecot = await startDovecot()
  t.teardown(() => dovecot.close())
  const wire = await startWire(dovecot.ports.submission)
  t.teardown(() => wire.close())
  const house = await openHouse(t)
  const client = await house.client()
  const settings = settingsFor(dovecot, 'ada')
  await house.connectAccount(client, 'email', { ...settings, copyToSent: false, smtp: { ...settings.smtp, port: wire.port } })
  wire.lose = { after: /\r\n\.\r\n$/, first: () => inMailbox(dovecot, 'ada', async (provider) => { await provider.append('Sent', dovecot.sink.messages.at(-1)!.raw, ['\\Seen']) }) }
  const sent = await becomes(client, await send(client, { kind: 'email', address: 'bob@friend.example' }, 'filed'), 'sent')
  t.same([await outbox(client), await texts(client, sent), dovecot.sink.messages.length], [[], ['filed'], 1])
  t.equal(client.events.some((event) => event.id === sent.id && event.data?.['status'] === 'uncertain'), true, 'it was uncertain before')
})

t.test('an SMS without an answer is found again, or shown; never taken for another, never shown twice', { skip: existsSync(join(corpora, 'sms')) ? false : 'the published API file is missing: set KINBOX_CORPORA', timeout: 280_000 }, async (t) => {
  const number = '+15005550006'
  const phone = { kind: 'phone', address: '+4915112345678' }
  const provider = await startTwilio({ clock: { now: () => Date.now() }, numbers: [number] })
  t.teardown(() => provider.close())
  let ahead = 0
  const house = await openHouse(t, { world: { clock: { now: () => Date.now() + ahead } } })
  let client = await house.client()
  await house.connectAccount(client, 'sms-twilio', { accountSid: provider.accountSid, authToken: provider.authToken, number, baseUrl: provider.url, pollSeconds: 1, timeoutSeconds: 3 })

  provider.trouble = { on: 'create', what: 'cut-after', times: 1 }
  const cut = await becomes(client, await send(client, phone, 'cut'), 'sent')
  provider.trouble = { on: 'create', what: 'hang-after', times: 1 }
  await becomes(client, await send(client, phone, 'hung'), 'sent')
  t.same([await outbox(client), provider.messages.map(({ body }) => body), (await texts(client, cut)).sort()], [[], ['cut', 'hung'], ['cut', 'hung']])

  await becomes(client, await send(client, phone, 'yes'), 'sent')
  provider.trouble = { on: 'create', what: 'cut-before', times: 1 }
  const lost = await becomes(client, await send(client, phone, 'yes'), 'uncertain')
  t.same(await outbox(client), ['yes: uncertain'])

  // After a restart the session knows nothing of what it sent: the list shows one "yes", which is the first one's.
  ahead = 31_000
  const asked = () => provider.requests.filter(({ method, query }) => method === 'get' && query.get('To') === phone.address).length
  const before = asked()
  await house.restart()
  client = await house.client()
  await until('the provider is asked', () => asked() > before)
  await becomes(client, await send(client, phone, 'after'), 'sent')
  t.same(await outbox(client), ['yes: uncertain'], 'what is another one\'s says nothing about this one')
  t.equal(provider.messages.filter(({ body }) => body === 'yes').length, 1)
  await client.call('message.retry', { id: lost.id })
  await becomes(client, lost, 'sent')
  t.same([await outbox(client), provider.messages.filter(({ body }) => body === 'yes').length], [[], 2])

  // The process ends while the provider has it and has not answered.
  provider.trouble = { on: 'create', what: 'hang-after', times: 1 }
  const crashed = await send(client, phone, 'crash')
  await until('the provider has it', () => provider.messages.some(({ body }) => body === 'crash'))
  await house.restart()
  client = await house.client()
  for (let i = 0; i < 1_200 && (await get(client, crashed)).status !== 'sent'; i++) await new Promise((tick) => setTimeout(tick, 50))
  t.equal((await get(client, crashed)).status, 'sent')
  t.same((await texts(client, crashed)).filter((text) => text === 'crash'), ['crash'])
  t.same(provider.problems, [])
})
