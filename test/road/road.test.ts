import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { corpora, startTwilio } from '../fakes/twilio.ts'
import { connect, failureOf } from '../fixtures/client.ts'
import type { Client } from '../fixtures/client.ts'
import { openHouse, zone } from '../fixtures/house.ts'
import { dovecotMissing, freePorts, startDovecot } from '../servers/dovecot.ts'
import { until } from '../connectors/account.ts'
import { settingsFor } from '../connectors/email/recording-account.ts'
import { plainMail, signingDomain } from './signed-mail.ts'

type Conversation = { id: string, title: string, contactId?: string, folder: string, unread: number, because: { rule: string, text: string } }
type Message = {
  id: string, text: string, subject: string | null, channel: string, direction: string, folder: string, status?: string, messageId: string | null, because: { rule: string, text: string }
  sender: { address: string, proof?: string, warnings?: string[], contactId?: string }, attempts?: { id: string, channel: string, status: string, because: { rule: string }, error?: { text: string } }[]
}

const skip = dovecotMissing || (existsSync(join(corpora, 'sms')) ? false : 'the published API file is missing: set KINBOX_CORPORA')
const adasNumber = '+15005550006'
const alicesNumber = '+4915112345678'
const friend = signingDomain('friend.example')
const evil = signingDomain('evil.test', 'none')

/** From lines that try to be Alice without her keys (docs/architecture.md: who is who). */
const forgeries: [string, string][] = [
  ['a comment in the domain', 'From: alice@friend.example(x).evil.test'],
  ['a space in the domain', 'From: alice@friend.example .evil.test'],
  ['two in angle brackets', 'From: <alice@friend.example><mallory@evil.test>'],
  ['a nested comment', 'From: (a (b) <alice@friend.example>) mallory@evil.test'],
  ['a group', 'From: Group: alice@friend.example;, mallory@evil.test'],
  ['two From lines', 'From: alice@friend.example\r\nFrom: mallory@evil.test'],
  ['From with a space before the colon', 'From : alice@friend.example\r\nFrom: mallory@evil.test'],
  ['her address as his name', 'From: "alice@friend.example" <mallory@evil.test>'],
  ['her name at his address', 'From: Alice <mallory@evil.test>'],
  ['her very address, unsigned', 'From: Alice <alice@friend.example>']
]

t.test('a friend writes a mail and an SMS, and is answered by both', { skip, timeout: 280_000 }, async (t) => {
  const dovecot = await startDovecot()
  t.teardown(() => dovecot.close())
  const twilio = await startTwilio({ clock: { now: () => Date.now() }, numbers: [adasNumber] })
  t.teardown(() => twilio.close())
  const [port] = await freePorts(1) as [number]
  const house = await openHouse(t, { config: { port, publicUrl: `http://127.0.0.1:${port}` }, world: { dns: zone({ ...friend.records, ...evil.records }) } })
  const one = await house.client()
  const two = await house.client()
  const texts = async (folder: string, client = one) => {
    const { items } = await client.call<{ items: Conversation[] }>('conversation.list', { folder })
    return Promise.all(items.map(async ({ id }) => (await client.call<{ items: Message[] }>('message.list', { conversationId: id })).items.map(({ text }) => text.trim()).reverse()))
  }
  const created = (client: Client, text: string) => client.events.find((event) => event.type === 'message.created' && String(event.data?.['text']).trim() === text)
  const arrived = async (text: string) => {
    await one.until(() => created(one, text) !== undefined, 60_000)
    return created(one, text)!.data as Message
  }
  const mail = async (text: string, more: { id?: string } = {}) => dovecot.deliver('ada', await friend.sign(plainMail({ from: 'Alice <alice@friend.example>', subject: 'The lake', text, ...more })))

  await house.connectAccount(one, 'email', settingsFor(dovecot, 'ada'))
  const sms = await house.connectAccount(one, 'sms-twilio', { accountSid: twilio.accountSid, authToken: twilio.authToken, number: adasNumber, baseUrl: twilio.url, pollSeconds: 1 })
  twilio.webhook = (await one.call<{ webhookUrl: string }>('account.status', { id: sms })).webhookUrl

  await t.test('Alice is a friend with an address and a number; both come into one conversation of the inbox, in the order of time', async (t) => {
    const { id } = await one.call<{ id: string }>('contact.put', { name: 'Alice', addresses: [{ kind: 'email', address: 'Alice@Friend.example' }, { kind: 'phone', address: '+49 1511 2345678' }] })
    await one.call('friend.set', { contactId: id, friend: true })
    await mail('A mail from Alice', { id: 'first@friend.example' })
    const first = await arrived('A mail from Alice')
    await twilio.inbound(alicesNumber, adasNumber, 'An SMS from Alice')
    const second = await arrived('An SMS from Alice')
    t.same(await texts('inbox'), [['A mail from Alice', 'An SMS from Alice']])
    t.match([first, second], [
      { channel: 'email', sender: { contactId: id, proof: 'verified' }, folder: 'inbox', because: { rule: 'friend', text: 'Alice is your friend.' } },
      { channel: 'sms', sender: { contactId: id, proof: 'weak' }, folder: 'inbox', because: { rule: 'friend' } }
    ])
    t.equal((second.because as unknown as { evidence: string[] }).evidence[0], `${alicesNumber} is not proven.`)
    t.same(await one.call('inbox.counts'), { inbox: 2, other: 0, screener: 0 })
  })

  await t.test('webhook and poll at once tell the same SMS: it is shown once', async (t) => {
    const polls = () => twilio.requests.filter(({ method, path }) => method === 'get' && path.endsWith('/Messages.json')).length
    const before = polls()
    await until('two more polls', () => polls() > before + 1)
    t.same((await texts('inbox'))[0]!.filter((text) => text === 'An SMS from Alice').length, 1)
  })

  await t.test('a stranger\'s mail waits in Other', async (t) => {
    await dovecot.deliver('ada', await evil.sign(plainMail({ from: 'Mallory <mallory@evil.test>', text: 'Buy this' })))
    t.match(await arrived('Buy this'), { folder: 'other', because: { rule: 'unknown' }, sender: { proof: 'verified' } })
    t.same(await texts('inbox'), [['A mail from Alice', 'An SMS from Alice']])
  })

  await t.test('who forges Alice is in Other, not in her conversation, and warned of', async (t) => {
    for (const [name, head] of forgeries) {
      const text = `forged: ${name}`
      await dovecot.deliver('ada', await evil.sign(plainMail({ head, text, more: ['In-Reply-To: <first@friend.example>', 'References: <first@friend.example>'] })))
      const message = await arrived(text)
      t.equal(message.folder, 'other', name)
      t.not(message.sender.proof === 'verified' && message.sender.address === 'alice@friend.example', true, name)
      t.ok(message.sender.warnings?.length || message.sender.proof === 'conflicting', `${name}: ${JSON.stringify(message.sender)}`)
    }
    t.same(await texts('inbox'), [['A mail from Alice', 'An SMS from Alice']])
  })

  const alice = (await one.call<{ items: Conversation[] }>('conversation.list', { folder: 'inbox' })).items[0]!
  const send = (text: string, n: number, more: object = {}) => one.call<Message>('message.send', { clientId: `0198c5a0-1f2e-7abc-8def-00000000000${n}`, conversationId: alice.id, text, ...more })
  const status = async (id: string, wanted: string) => {
    const latest = () => one.events.findLast((event) => event.id === id)?.data as Message | undefined
    await one.until(() => latest()?.status === wanted, 60_000).catch(() => undefined)
    return (await one.call<Message>('message.get', { id })).status
  }

  await t.test('the answer goes by the channel of her last message: an SMS, queued, then sent, then delivered', async (t) => {
    t.match(await one.call('compose.resolve', { conversationId: alice.id }), { via: { channel: 'sms' }, because: { rule: 'last-channel' }, alternatives: [{ channel: 'email', ok: true }] })
    const answer = await send('An answer by SMS', 1)
    t.match(answer, { channel: 'sms', direction: 'out', attempts: [{ because: { rule: 'last-channel' } }] })
    t.equal(await status(answer.id, 'sent'), 'sent')
    const taken = twilio.messages.filter(({ body }) => body === 'An answer by SMS')
    t.match(taken, [{ from: adasNumber, to: alicesNumber }])
    await twilio.status(taken[0]!.sid, 'delivered')
    t.equal(await status(answer.id, 'delivered'), 'delivered')
  })

  await t.test('asked for, it goes by mail: answering hers, with a copy in Sent, and sent', async (t) => {
    const answer = await send('An answer by mail', 2, { via: { channel: 'email' } })
    t.equal(await status(answer.id, 'sent'), 'sent')
    t.equal(dovecot.sink.messages.length, 1)
    const { from, to, raw } = dovecot.sink.messages[0]!
    t.same([from, to], ['ada@example.org', ['alice@friend.example']])
    t.match(raw.toString(), /^In-Reply-To: <first@friend\.example>\r?$/m)
    t.match(raw.toString(), /^Subject: Re: The lake\r?$/m)
    t.equal(raw.toString().includes((await one.call<Message>('message.get', { id: answer.id })).messageId!), true)
    t.same((await texts('inbox'))[0], ['A mail from Alice', 'An SMS from Alice', 'An answer by SMS', 'An answer by mail'])
  })

  await t.test('her answer by mail joins the same topic, whatever the channel between', async (t) => {
    const { messageId } = (await one.call<{ items: Message[] }>('message.list', { conversationId: alice.id, limit: 1 })).items[0]!
    await dovecot.deliver('ada', await friend.sign(plainMail({ from: 'Alice <alice@friend.example>', subject: 'Re: The lake', text: 'See you there', more: [`In-Reply-To: <${messageId}>`] })))
    await arrived('See you there')
    t.match((await one.call<{ items: object[] }>('topic.list', { conversationId: alice.id })).items, [{ subject: 'The lake', messages: 3 }])
  })

  await t.test('what nobody takes has failed, with words', async (t) => {
    dovecot.sink.answer.recipient = (address) => address.startsWith('alice') ? '550 5.1.1 No such person here' : null
    const answer = await send('To nobody', 3, { via: { channel: 'email' } })
    t.equal(await status(answer.id, 'failed'), 'failed')
    t.match((await one.call<Message>('message.get', { id: answer.id })).attempts![0]!.error!.text, /No such person here/)
    dovecot.sink.answer = {}
  })

  await t.test('STOP is one state for the pair of numbers, and the way round it is said', async (t) => {
    await twilio.inbound(alicesNumber, adasNumber, 'STOP')
    await arrived('STOP')
    t.equal((await failureOf(send('By SMS anyway', 4, { via: { channel: 'sms' } }))).kind, 'not_supported_by_channel')
    t.match(await one.call('compose.resolve', { conversationId: alice.id }), { via: { channel: 'email' } })
    await twilio.inbound(alicesNumber, adasNumber, 'START')
    await arrived('START')
    t.match(await one.call('compose.resolve', { conversationId: alice.id }), { via: { channel: 'sms' } })
  })

  await t.test('two clients have seen the same events in the same order', async (t) => {
    await two.until(() => two.seq() === one.seq())
    const both = Math.max(one.events[0]!.seq, two.events[0]!.seq)
    const seen = (client: Client) => client.events.filter(({ seq }) => seq >= both).map(({ seq, type, id }) => `${seq} ${type} ${id}`)
    t.same(seen(two), seen(one))
  })

  await t.test('one is cut, misses something, and resumes without gap or double; so it does after a restart of the server', async (t) => {
    const token = await house.token()
    const position = { logId: two.hello.logId, seq: two.seq() }
    two.cut()
    await mail('While you were away')
    await arrived('While you were away')
    const again = await connect(house.app.url, { token, resume: position })
    t.equal(again.hello.resume, 'replaying')
    await again.until(() => created(again, 'While you were away') !== undefined)
    await again.until(() => again.seq() === one.seq())
    t.same(again.events.map(({ seq }) => seq), one.events.map(({ seq }) => seq).filter((seq) => seq > position.seq))
    again.cut()

    await house.restart()
    await mail('After the restart')
    const third = await connect(house.app.url, { token, resume: { logId: position.logId, seq: again.seq() } })
    t.teardown(() => third.close())
    await third.until(() => created(third, 'After the restart') !== undefined, 60_000)
    t.same([third.events[0]!.prev, third.events[0]!.seq], [again.seq(), again.seq() + 1])
    const thread = (await texts('inbox', third))[0]!
    t.same(['While you were away', 'After the restart'].filter((text) => !thread.includes(text)), [])
    t.same(thread.filter((text, i) => thread.indexOf(text) !== i), [])
  })

  await t.test('no secret is in the log, and all requests were as the published API wants them', (t) => {
    const log = house.log.join('\n')
    t.same([dovecot.password, twilio.authToken].filter((secret) => log.includes(secret)), [])
    t.same(twilio.problems, [])
    t.end()
  })
})
