import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SqliteConnection } from '@mikro-orm/sqlite'
import t from 'tap'
import { failureOf } from '../fixtures/client.ts'
import type { Client, EventParams } from '../fixtures/client.ts'
import { openHouse } from '../fixtures/house.ts'
import type { House } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'
import type { Network } from '../fixtures/network.ts'
import { settingsFor } from '../connectors/email/recording-account.ts'
import { until } from '../connectors/account.ts'
import { dovecotMissing, freePorts, startDovecot } from '../servers/dovecot.ts'
import { plainMail } from './signed-mail.ts'

type Account = { id: string, status: string, error: { code: string, text: string } | null, gaps: { since: string, until: string | null, filledAt: string | null }[] }
type Tried = { ok: boolean, error?: { code: string, text: string } }

/** Whether carol, who has nothing to do with it, still gets what is written to her. */
async function carolLives(network: Network, carol: Client): Promise<boolean> {
  const before = carol.events.length
  await network.wire('carol@example.org').letters([{ sender: { kind: 'email', address: 'bob@friend.example', raw: 'bob@friend.example' }, text: 'hello Carol' }])
  await carol.until(() => carol.events.slice(before).some(({ type }) => type === 'message.created'))
  return true
}

async function withCarol(house: House): Promise<Client> {
  await house.addUser('carol')
  const carol = await house.client('carol')
  await house.connectAccount(carol, 'letters', { own: 'carol@example.org', secret })
  return carol
}

const told = (client: Client, id: string): Account[] => client.events.filter((event) => event.type === 'account.changed' && event.id === id).map((event: EventParams) => event.data as unknown as Account)

t.test('a mailbox with wrong settings says what is wrong and what to do; others go on', { skip: dovecotMissing }, async (t) => {
  const dovecot = await startDovecot()
  t.teardown(() => dovecot.close())
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors } })
  const ada = await house.client()
  const carol = await withCarol(house)
  const good = settingsFor(dovecot, 'ada')
  const wrong = 'not-the-password'
  const [nobody] = await freePorts(1) as [number]
  const answers: unknown[] = []
  const cases: [string, object, RegExp, RegExp][] = [
    ['wrong password', { ...good, password: wrong }, /^login$/, /refuses the login\. Enter user name and password again/],
    ['wrong host', { ...good, imap: { host: 'no-such-host.invalid', port: 993, security: 'tls' } }, /host-not-found|dns/, /no-such-host\.invalid.*(Check its spelling|keeps trying)/],
    ['refused port', { ...good, imap: { ...good.imap, port: nobody } }, /refused/, /refuses connections\. Check host and port/],
    ['bad certificate', { ...good, imap: { host: '127.0.0.1', port: dovecot.ports.imaps, security: 'tls' } }, /certificate/, /self-signed certificate.*private CA/],
    ['TLS where there is none', { ...good, imap: { host: '127.0.0.1', port: dovecot.ports.imap, security: 'tls' } }, /encryption/, /does not speak TLS on this port\. Choose STARTTLS/]
  ]
  for (const [name, settings, code, text] of cases) {
    const tried = await ada.call<Tried>('account.test', { kind: 'email', settings })
    answers.push(tried)
    t.match(tried, { ok: false, error: { code, text } }, name)
  }
  t.same(await ada.call('account.test', { kind: 'email', settings: good }), { ok: true }, 'and the right ones do')
  t.same(await ada.call('account.list'), { items: [] }, 'trying keeps nothing')
  const refused = await failureOf(ada.call('account.put', { kind: 'email', settings: { ...good, address: 'ada at example', password: wrong } }))
  t.match(refused, { kind: 'invalid_params', message: /"ada at example" is not an e-mail address: write it alone, like name@example\.org/ })

  await dovecot.deliver('ada', plainMail({ from: 'Alice <alice@friend.example>', subject: 'hi', text: 'before the account' }))
  const { id } = await ada.call<{ id: string }>('account.put', { kind: 'email', settings: { ...good, password: wrong } })
  await ada.until(() => told(ada, id).at(-1)?.status === 'login-needed', 60_000)
  t.match(told(ada, id).at(-1)?.error, { code: 'login', text: /Enter user name and password again/ }, 'the event tells it in words')
  t.equal(await carolLives(network, carol), true)
  const { password: _password, ...rest } = good
  await ada.call('account.put', { id, settings: { ...rest, password: dovecot.password } })
  await ada.until(() => told(ada, id).at(-1)?.status === 'live', 60_000)
  t.match(told(ada, id).at(-1), { error: null })
  await until('the mail that had come meanwhile', () => ada.events.some(({ history }) => history === 1))
  t.match(await ada.call('conversation.list', { folder: 'other' }), { items: [{ title: 'Alice' }] }, 'nothing is lost')

  const said = JSON.stringify([answers, refused.message, ada.events, carol.events, await ada.call('account.list'), house.log])
  for (const hidden of [wrong, dovecot.password, secret]) t.equal(said.includes(hidden) || said.includes(Buffer.from(hidden).toString('base64')), false, 'no secret in answers, events or the log')
})

t.test('the provider goes down and comes back: told in words, a gap that is filled, nothing lost or doubled', { skip: dovecotMissing }, async (t) => {
  const dovecot = await startDovecot()
  t.teardown(() => dovecot.close())
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors } })
  const ada = await house.client()
  const carol = await withCarol(house)
  const id = await house.connectAccount(ada, 'email', settingsFor(dovecot, 'ada'))
  // Where the account was cut off before it had looked at anything, the time between is its past, and no gap.
  await dovecot.deliver('ada', plainMail({ from: 'Alice <alice@friend.example>', subject: 'hi', text: 'before' }))
  await ada.until(() => ada.events.some(({ type }) => type === 'conversation.changed'), 60_000)
  await dovecot.stop()
  await ada.until(() => told(ada, id).at(-1)?.status === 'retrying', 60_000)
  await ada.until(() => told(ada, id).some(({ error }) => error?.code === 'refused'), 60_000)
  t.match(told(ada, id).at(-1), { status: 'retrying', error: { text: /server is down and Kinbox keeps trying/ }, gaps: [{ since: String, until: null }] })
  t.equal(await carolLives(network, carol), true)
  const sent = await ada.call<{ id: string, attempts: object[] }>('message.send', { clientId: crypto.randomUUID(), to: { kind: 'email', address: 'alice@friend.example' }, text: 'can you hear me' })
  t.match(sent, { status: 'queued', attempts: [{ because: { evidence: [/not connected just now; the message waits/] } }] })

  await dovecot.start()
  await dovecot.deliver('ada', plainMail({ from: 'Alice <alice@friend.example>', subject: 'hi', text: 'while it was down' }))
  await ada.until(() => told(ada, id).at(-1)?.status === 'live', 60_000)
  await ada.until(() => ada.events.some(({ data }) => String((data?.['lastMessage'] as { preview?: string } | undefined)?.preview ?? data?.['text']).includes('while it was down')), 60_000)
  await ada.until(() => ada.events.some(({ id: of, data }) => of === sent.id && data?.['status'] === 'sent'), 60_000)
  await ada.until(() => Boolean(told(ada, id).at(-1)?.gaps[0]?.filledAt), 60_000)
  t.match((await ada.call<{ items: Account[] }>('account.list')).items, [{ status: 'live', error: null, gaps: [{ until: String, filledAt: String }] }])
  t.same(dovecot.sink.messages.map(({ to }) => to), [['alice@friend.example']], 'sent once')
  t.same((await ada.call<{ items: { text: string }[] }>('message.list', { conversationId: (await ada.call<{ conversationId: string }>('message.get', { id: sent.id })).conversationId })).items.map(({ text }) => text.trim()).sort(), ['before', 'can you hear me', 'while it was down'], 'each once')
})

t.test('a full disk: nothing is acknowledged, reading works, and all of it succeeds when there is room', async (t) => {
  const opened: { pragma(text: string, options?: { simple: true }): unknown }[] = []
  const { getNativeClient } = SqliteConnection.prototype
  // The server's own connection: how many pages its file may have is the size of the disk here.
  SqliteConnection.prototype.getNativeClient = async function (this: SqliteConnection) {
    const client = await getNativeClient.call(this)
    if (!opened.includes(client)) opened.push(client)
    return client
  }
  t.teardown(() => { SqliteConnection.prototype.getNativeClient = getNativeClient })
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors } })
  const [db] = opened
  const ada = await house.client()
  const id = await house.connectAccount(ada, 'letters', { own: 'ada@example.org', secret })
  const wire = network.wire('ada@example.org')
  const letter = (text: string) => ({ sender: { kind: 'email', address: 'alice@friend.example', raw: 'alice@friend.example' }, text })
  await wire.letters([letter('before')], { places: ['box/before'] })
  const long = 'not much room here '.repeat(10_000)

  db!.pragma(`max_page_count = ${String(db!.pragma('page_count', { simple: true }))}`)
  const { asOf: head } = await ada.call<{ asOf: number }>('sync.snapshot')
  await t.rejects(wire.letters([letter('one'), letter(long)], { places: ['box/one', 'box/long'] }), 'the network is told nothing')
  const request = { clientId: crypto.randomUUID(), to: { kind: 'email', address: 'alice@friend.example' }, text: long }
  t.match(await failureOf(ada.call('message.send', request)), { kind: 'read_only', retryable: true, message: /The disk is full: free some space where the data folder lies/ })
  t.match(await failureOf(ada.call('contact.put', { name: 'Dave', notes: 'x'.repeat(20_000) })), { kind: 'read_only' })
  const ready = await fetch(house.app.url + '/readyz')
  t.match([ready.status, await ready.json()], [503, { why: /disk is full/ }])
  t.match(await ada.call('conversation.list', { folder: 'other' }), { asOf: head, items: [{ unread: 1, lastMessage: { preview: 'before' } }] }, 'reading works, and nothing of the batch is there')
  t.same([await ada.call('outbox.list'), wire.sent], [{ items: [], nextCursor: null, asOf: head }, []])
  t.match(await ada.call('account.status', { id }), { status: 'live' })

  db!.pragma('max_page_count = 1000000')
  await wire.letters([letter('one'), letter(long)], { places: ['box/one', 'box/long'] })
  const sent = await ada.call<{ id: string, conversationId: string }>('message.send', request)
  await ada.until(() => ada.events.some(({ id: of, data }) => of === sent.id && data?.['status'] === 'sent'))
  t.equal((await ada.call<{ id: string }>('message.send', request)).id, sent.id)
  t.equal((await fetch(house.app.url + '/readyz')).status, 200)
  const { items } = await ada.call<{ items: { text: string }[] }>('message.list', { conversationId: sent.conversationId, bodyMaxBytes: 10 })
  t.same(items.map(({ text }) => text).sort(), ['before', long.slice(0, 10), long.slice(0, 10), 'one'].sort(), 'each once')
  t.equal(wire.sent.length, 1)
})

t.test('files that are no mail, and paths that are not there', async (t) => {
  const house = await openHouse(t)
  const ada = await house.client()
  const folder = join(house.folder, 'to-import')
  mkdirSync(folder)
  writeFileSync(join(folder, 'good.eml'), plainMail({ from: 'Alice <alice@friend.example>', subject: 'hi', text: 'a real mail' }))
  writeFileSync(join(folder, 'photo.eml'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]))
  writeFileSync(join(folder, 'empty.eml'), '')
  writeFileSync(join(folder, 'letter.eml'), 'Dear Ada,\n\nthis is a letter and no mail.\n')
  const run = (more: object = {}) => house.app.admin.importFiles({ user: 'ada', own: [], paths: [folder], ...more }, { progress: () => {}, signal: new AbortController().signal })
  const summary = await run()
  t.match(summary, { messages: 1, stored: 1, known: 0, unreadable: 0 }, 'the real one is taken')
  t.same(summary.problems.map(({ name, problem }) => [name.split('/').at(-1), problem]).sort(), [
    ['empty.eml', 'is empty'], ['letter.eml', 'is no mail: it does not begin with a mail\'s header'], ['photo.eml', 'is no mail: it does not begin with a mail\'s header']
  ])
  t.match(await run(), { messages: 1, stored: 0, known: 1 }, 'again: nothing comes twice')
  t.match(await ada.call('conversation.list', { folder: 'other' }), { items: [{ title: 'Alice', unread: 0 }] })
  const cases: [object, RegExp][] = [
    [{ paths: [join(folder, 'missing.eml')] }, /missing\.eml/],
    [{ user: 'adam' }, /There is no user "adam"\. There are: ada/],
    [{ account: 'a999' }, /no account a999\. List them: kinbox account list/],
    [{ own: ['ada at example'] }, /"ada at example" is not an e-mail address: write it alone/]
  ]
  for (const [more, message] of cases) await t.rejects(run(more), { name: 'AdminError', message }, String(message))
  t.match(await ada.call('conversation.list', { folder: 'other' }), { items: [{ title: 'Alice' }] })
})

t.test('a number that is none, an address that is none', async (t) => {
  const house = await openHouse(t)
  const ada = await house.client()
  const before = (await ada.call<{ asOf: number }>('sync.snapshot')).asOf
  for (const address of ['call me', '+49', '0151 1234567', '+4915112345678x', '+00000000000', '١٢٣']) {
    t.match(await failureOf(ada.call('contact.put', { name: 'x', addresses: [{ kind: 'phone', address }] })), { kind: 'invalid_params', message: /is not a phone number: write it with its country code, like \+49/ }, address)
  }
  for (const address of ['bob', 'bob@', '@friend.example', 'bob@friend.example, mallory@evil.test', 'Bob <bob@friend.example>', 'bob@friend.example\r\nBcc: mallory@evil.test', 'bob@[127.0.0.1]', '"bob"@friend.example']) {
    t.match(await failureOf(ada.call('contact.put', { name: 'x', addresses: [{ kind: 'email', address }] })), { kind: 'invalid_params', message: /is not an e-mail address: write it alone, like name@example\.org/ }, address)
  }
  t.match(await failureOf(ada.call('account.put', { kind: 'sms-twilio', settings: { accountSid: 'AC' + '0'.repeat(32), authToken: 'hush', number: 'call me' } })), { kind: 'invalid_params', message: /number|call me/ })
  t.match([(await ada.call<{ asOf: number }>('sync.snapshot')).asOf, await ada.call('contact.list'), await ada.call('account.list')], [before, { items: [] }, { items: [] }], 'nothing was kept')
  t.equal(JSON.stringify([house.log, ada.events]).includes('hush'), false)
})
