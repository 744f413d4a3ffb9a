import t, { type Test } from 'tap'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConnectorError, IncomingMessage, IncomingReceipt, SendOperation, Session } from '#connector'
import { connector } from '../../connectors/sms-twilio/index.ts'
import { signedByTwilio } from '../../connectors/sms-twilio/client.ts'
import { receiptStatus, toBytes, type RawMessage } from '../../connectors/sms-twilio/parse.ts'
import type { Settings } from '../../connectors/sms-twilio/settings.ts'
import { corpora, sign, startTwilio, type FakeTwilio, type Trouble } from '../fakes/twilio.ts'
import { ownTime, serveWebhooks, testAccount, testClock, until, type TestAccount, type TestClock } from './account.ts'

const own = '+15005550006'
const alice = '+4915112345678'
const bob = '+4915112345679'
const start = Date.parse('2026-03-02T10:00:00Z')
const skip = existsSync(join(corpora, 'sms')) ? false : 'no test material: set KINBOX_CORPORA'

const json = <T>(name: string): T => JSON.parse(readFileSync(join(corpora, name), 'utf8')) as T
const operation = (text: string, to = alice, attempt = '019cae00-0000-7000-8000-000000000001.a1b2c3'): SendOperation => ({
  type: 'send', attempt, from: { kind: 'phone', address: own }, recipients: [{ kind: 'phone', address: to, role: 'to' }], text, references: [], attachments: [], at: start
})
const row = (more: object): RawMessage => ({
  source: 'rest', media: [],
  fields: { sid: 'SM' + '0'.repeat(32), from: alice, to: own, body: 'hello', direction: 'inbound', status: 'received', num_media: 0, date_created: start, date_sent: start, error_code: null, ...more }
})
const messages = (account: TestAccount<Settings>): IncomingMessage[] => account.understood.map(one => one.incoming).filter(one => one.type === 'message')
const receipts = (account: TestAccount<Settings>): IncomingReceipt[] => account.understood.map(one => one.incoming).filter(one => one.type === 'receipt')

type More = { settings?: Partial<Settings>, webhook?: boolean, before?: (fake: FakeTwilio) => unknown }
type Road = { clock: TestClock, fake: FakeTwilio, hooks: Awaited<ReturnType<typeof serveWebhooks>> | null, account: TestAccount<Settings>, session: Session, settings: Settings }

/** Runs with a fake, an account and its open session (`webhook: false` is a home behind NAT); then holds what must be true of every road. */
async function road(t: Test, more: More, run: (road: Road) => Promise<void>): Promise<void> {
  const clock = testClock(start)
  const fake = await startTwilio({ clock, numbers: [own, '+15005550007'] })
  const hooks = more.webhook === false ? null : await serveWebhooks()
  fake.webhook = hooks?.url ?? null
  await more.before?.(fake)
  const settings: Settings = { accountSid: fake.accountSid, authToken: fake.authToken, number: own, baseUrl: fake.url, pollSeconds: 0.03, timeoutSeconds: 60, ...more.settings }
  const account = testAccount(connector, settings, clock, { webhookUrl: hooks?.url ?? null })
  let session: Session | null = null
  try {
    session = await connector.open(account)
    if (hooks) hooks.session = session
    await run({ clock, fake, hooks, account, session, settings })
  } finally {
    await session?.close()
    await hooks?.close()
    await fake.close()
  }
  t.same(fake.problems, [], 'every request and answer fits the published API')
  t.equal(account.logged.filter(line => line.includes(fake.authToken)).length, 0, 'no secret in a log line')
}

t.test('phone numbers: one form for each', { skip }, async t => {
  const examples = json<{ region: string, national: string, e164: string, national_prefix: string | null }[]>('phone/example_numbers.json')
  const canonical = (text: string, region: string | null): string | null => connector.canonical('phone', text, { region })
  // Benin went over to ten digits; the library knows, this version of the examples does not
  const withdrawn = ['+22985751234', '+22981123456']
  t.same(examples.filter(one => canonical(one.e164, null) !== one.e164).map(one => one.e164), withdrawn, `${examples.length} numbers are their own canonical form`)
  const spaced = (e164: string): string => e164.replace(/(\d{3})(?=\d)/g, '$1 ')
  t.same(examples.filter(one => canonical(spaced(one.e164), null) !== one.e164).map(one => one.e164), withdrawn, 'however they are spaced')
  for (const [text, region, wanted] of [
    ['0151 12345678', 'DE', alice], ['+49 (0)151 12345678', null, alice], ['(500) 555-0006', 'US', own], ['0049 151 12345678', 'DE', alice],
    ['0151 12345678', null, null], ['KINBOX', 'DE', null], ['22000', 'US', null], ['whatsapp:+4915112345678', 'DE', null], ['+4915112345678;ext=5', null, null],
    ['call +4915112345678 now', null, null], ['1-800-FLOWERS', 'US', null], ['', 'DE', null], ['+', null, null], ['+4915112345678'.repeat(9), null, null]
  ] as const) t.equal(canonical(text, region), wanted, `${text.slice(0, 30)} in ${region}`)
  t.equal(connector.canonical('email', 'alice@friend.example', { region: null }), null)
})

t.test('signatures: the published vectors', { skip }, async t => {
  const { token, vectors } = json<{ token: string, vectors: { name: string, url: string, params: Record<string, string>, signature: string }[] }>('sms/twilio_signature.json')
  for (const { name, url, params, signature } of vectors) {
    t.equal(signedByTwilio(token, signature, url, params), true, name)
    t.equal(signedByTwilio(token + 'x', signature, url, params), false, name + ', another token')
    t.equal(signedByTwilio(token, signature, url, { ...params, Body: 'forged' }), false, name + ', another body')
  }
  const form = vectors[0]!
  t.equal(sign(token, form.url, form.params), form.signature, 'the fake signs by itself')
})

t.test('parse', async t => {
  const parse = (raw: RawMessage) => connector.parse(toBytes(raw), { own: connector.own({ number: own } as Settings), region: 'US', folder: null, authserv: null, at: start })
  for (const [name, raw, wanted] of [
    ['a number', row({}), [{ type: 'message', direction: 'in', sender: { kind: 'phone', address: alice, raw: alice }, recipients: [{ kind: 'phone', address: own, role: 'to' }], text: 'hello', sentAt: start }]],
    ['words as sender', row({ from: 'Alice' }), [{ sender: { address: null, raw: 'Alice' } }]],
    ['a short code', row({ from: '22000' }), [{ sender: { address: null, raw: '22000' } }]],
    ['sent from elsewhere', row({ from: own, to: alice, direction: 'outbound-api', status: 'delivered' }), [{ direction: 'out', sender: { address: own }, recipients: [{ address: alice }] }, { type: 'receipt', status: 'delivered', remoteId: 'SM' + '0'.repeat(32) }]],
    ['an automatic answer', row({ from: own, to: alice, direction: 'outbound-reply', status: 'sent' }), [{ direction: 'out', automatic: 'auto-reply' }, { type: 'receipt', status: 'sent' }]],
    ['failed', row({ from: own, to: alice, direction: 'outbound-api', status: 'undelivered', error_code: 30005 }), [{}, { status: 'failed', error: { code: '30005', text: /does not exist/ } }]],
    ['failed, no code', row({ from: own, to: alice, direction: 'outbound-api', status: 'failed' }), [{}, { status: 'failed', error: { code: 'failed', text: /no reason/ } }]],
    ['failed, unknown code', row({ from: own, to: alice, direction: 'outbound-api', status: 'failed', error_code: 39999 }), [{}, { error: { text: /error 39999/ } }]],
    ['STOP', row({ body: ' stop ' }), [{ text: ' stop ' }, { type: 'reachability', own: { address: own }, peer: { address: alice }, reachable: false, reason: /STOP/ }]],
    ['START', row({ body: 'START' }), [{}, { type: 'reachability', reachable: true }]],
    ['STOP in another language, told by the carrier', { source: 'webhook', fields: { From: alice, To: own, Body: 'ARRET', OptOutType: 'STOP' }, media: [] }, [{ text: 'ARRET' }, { reachable: false }]],
    ['STOP as a word among others', row({ body: 'please stop that' }), [{ type: 'message' }]],
    ['STOP from words', row({ from: 'Alice', body: 'STOP' }), [{ type: 'message' }]],
    ['a field twice', { source: 'webhook', fields: { From: [alice, bob], To: own, Body: 'hi' }, media: [] }, [{ sender: { address: alice } }]]
  ] as [string, RawMessage, object[]][]) {
    const found = await parse(raw)
    t.equal(found.length, wanted.length, name)
    t.match(found, wanted, name)
  }
  await t.rejects(connector.parse(Buffer.from('no JSON'), { own: [], region: null, folder: null, authserv: null, at: 0 }), SyntaxError)
})

t.test('webhook and polling at once: no message is lost, none doubled', { skip }, t => road(t, {}, async ({ fake, account }) => {
  const sids: string[] = []
  for (let i = 0; i < 30; i++) {
    const { sid, webhook } = await fake.inbound(alice, own, `message ${i}`, { webhook: i % 3 !== 0 })
    if (i % 3 !== 0) t.equal(webhook?.status, 200)
    sids.push(sid)
  }
  await until('all', () => messages(account).length >= 30)
  t.same(new Set(account.understood.map(one => one.remoteId)), new Set(sids))
  t.equal(messages(account).length, 30)
  t.equal(account.understood.every(one => one.lane === 'live'), true)
}))

t.test('a webhook call is answered only after it is stored, and only if it is Twilio that calls', { skip }, t => road(t, { settings: { pollSeconds: 3600 } }, async ({ fake, hooks, account }) => {
  const fields = { MessageSid: 'SM' + '9'.repeat(32), AccountSid: fake.accountSid, From: alice, To: own, Body: 'hi', NumMedia: '0' }
  for (const [name, url, sent, token, status] of [
    ['another token', hooks!.url, fields, 'wrong', 403],
    ['another account', hooks!.url, { ...fields, AccountSid: 'AC' + 'b'.repeat(32) }, fake.authToken, 403],
    ['another number of the account', hooks!.url, { ...fields, To: '+15005550007' }, fake.authToken, 404],
    ['no place', hooks!.url + '/elsewhere', fields, fake.authToken, 404],
    ['right', hooks!.url, fields, fake.authToken, 200]
  ] as const) t.equal((await fake.post(url, sent, token)).status, status, name)
  t.equal((await fetch(hooks!.url)).status, 405)
  t.equal((await fetch(hooks!.url, { method: 'POST', body: new URLSearchParams(fields).toString() })).status, 403, 'no signature')
  t.equal(messages(account).length, 1)
  account.refuse = true
  t.equal((await fake.post(hooks!.url, { ...fields, MessageSid: 'SM' + '8'.repeat(32) })).status, 503)
  account.refuse = false
}))

t.test('sends, and the status comes back in any order', { skip }, t => road(t, { settings: { pollSeconds: 3600, messagingServiceSid: 'MG' + 'c'.repeat(32) } }, async ({ fake, account, session, hooks }) => {
  const orders = [['sending', 'sent', 'delivered'], ['delivered', 'sent', 'sending'], ['sent', 'undelivered'], ['undelivered', 'sent']] as const
  for (const [i, order] of orders.entries()) {
    const attempt = `019cae00-0000-7000-8000-00000000000${i}.ff`
    const prepared = await session.prepare(operation(`text ${i}`, alice, attempt))
    const receipt = await session.perform(JSON.parse(JSON.stringify(prepared)))
    t.same(receipt.status, 'sent')
    t.match(fake.messages.at(-1), { sid: receipt.remoteId, from: own, to: alice, body: `text ${i}`, callback: `${hooks!.url}/status/${attempt}`, service: 'MG' + 'c'.repeat(32) })
    for (const status of order) t.match(await fake.status(receipt.remoteId!, status, status === 'undelivered' ? { errorCode: 30003 } : {}), { status: 200 })
    t.match(receipts(account).filter(one => one.attempt === attempt), order.map(status => ({ remoteId: receipt.remoteId, status: receiptStatus(status), ...(status === 'undelivered' ? { error: { code: '30003', text: /switched off/ } } : {}) })))
  }
}))

t.test('what SMS cannot carry is refused before anything is sent', { skip }, t => road(t, {}, async ({ fake, session }) => {
  for (const [name, op, code] of [
    ['too long', operation('x'.repeat(1601)), 'too-long'],
    ['empty', operation('  '), 'empty'],
    ['two recipients', { ...operation('hi'), recipients: [alice, bob].map(address => ({ kind: 'phone', address, role: 'to' as const })) }, 'recipients'],
    ['a mail address', { ...operation('hi'), recipients: [{ kind: 'email', address: 'alice@friend.example', role: 'to' as const }] }, 'recipients'],
    ['a file', { ...operation('hi'), attachments: [{ name: 'a.txt', contentType: 'text/plain', size: 1, path: '/nowhere' }] }, 'attachments'],
    ['a mark', { type: 'mark', remoteIds: [], seen: true }, 'not-supported']
  ] as const) await t.rejects(session.prepare(op as SendOperation), { name: 'ConnectorError', retry: 'never', certain: true, code }, name)
  t.equal(fake.requests.filter(one => one.method === 'post').length, 0)
}))

t.test('trouble while sending: what is certain, and what find() says then', { skip }, t => road(t, { webhook: false, settings: { pollSeconds: 3600, timeoutSeconds: 60 } }, async ({ fake, session, clock, account, settings }) => {
  // Only what hangs is given up soon: on a busy machine the others need their time.
  const hasty = await connector.open(testAccount(connector, { ...settings, timeoutSeconds: 1 }, clock))
  const cases: [name: string, trouble: Omit<Trouble, 'on' | 'times'>, wanted: Partial<ConnectorError> | { message: RegExp }, listed: boolean][] = [
    ['cut before it was made', { what: 'cut-before' }, { retry: 'later', certain: false }, false],
    ['cut after it was made', { what: 'cut-after' }, { retry: 'later', certain: false }, true],
    ['hangs before', { what: 'hang-before' }, { retry: 'later', certain: false }, false],
    ['hangs after', { what: 'hang-after' }, { retry: 'later', certain: false }, true],
    ['500', { what: 'status', status: 500 }, { retry: 'later', certain: false }, false],
    ['503', { what: 'status', status: 503 }, { retry: 'later', certain: false }, false],
    ['429', { what: 'status', status: 429, code: 20429 }, { retry: 'later', certain: true, code: '20429' }, false],
    ['401', { what: 'status', status: 401, code: 20003 }, { retry: 'after-login', certain: true, message: /auth token/ }, false],
    ['403', { what: 'status', status: 403, code: 20005 }, { retry: 'after-login', certain: true }, false],
    ['400', { what: 'status', status: 400, code: 21408 }, { retry: 'never', certain: true, message: /Geo permissions/ }, false]
  ]
  for (const [i, [name, trouble, wanted, listed]] of cases.entries()) {
    const prepared = await session.prepare({ ...operation(`trouble ${i}`, alice, `t${i}`), at: clock.now() })
    fake.trouble = { ...trouble, on: 'create', times: 1 }
    await t.rejects((trouble.what.startsWith('hang') ? hasty : session).perform(prepared), { name: 'ConnectorError', ...wanted }, name)
    if (listed) t.match(await session.find!(prepared), { status: 'sent', remoteId: fake.messages.at(-1)!.sid }, name + ': found')
    else if ((wanted as ConnectorError).certain === false) {
      await t.rejects(session.find!(prepared), { name: 'ConnectorError', certain: false }, name + ': too early to say')
      clock.advance(61_000)
      t.equal(await session.find!(prepared), null, name + ': is not there')
    }
  }
  await hasty.close()
  const late = await session.prepare({ ...operation('made, and failed later', alice, 'late'), at: clock.now() })
  fake.trouble = { on: 'create', what: 'cut-after', times: 1 }
  await t.rejects(session.perform(late), { name: 'ConnectorError', certain: false })
  await fake.status(fake.messages.at(-1)!.sid, 'undelivered', { errorCode: 30005 })
  t.match(await session.find!(late), { status: 'sent', remoteId: fake.messages.at(-1)!.sid })
  t.match(await until('its end', () => receipts(account).find(one => one.attempt === 'late')), { status: 'failed', error: { code: '30005' } })
  const twice = await session.prepare({ ...operation('ok', bob, 'twice'), at: clock.now() })
  fake.console(own, bob, 'ok')
  fake.console(own, bob, 'ok')
  clock.advance(61_000)
  await t.rejects(session.find!(twice), { certain: false, message: /several/ }, 'two that could be it')
  for (const [to, code, words] of [['+15005550001', '21211', /not a number/], [bob, '21606', /settings/]] as const) {
    const op = operation('hi', to)
    await t.rejects(session.perform(await session.prepare(code === '21606' ? { ...op, from: { kind: 'phone', address: '+15005550999' } } : op)), { code, retry: 'never', certain: true, message: words })
  }
  t.equal(account.logged.length, 0)
}))

t.test('nothing listens: certainly not sent', { skip }, t => road(t, { webhook: false, settings: { pollSeconds: 3600 } }, async ({ fake, session, account, settings, clock }) => {
  const prepared = await session.prepare(operation('hi'))
  await fake.close()
  await t.rejects(session.perform(prepared), { code: 'ECONNREFUSED', retry: 'later', certain: true })
  await t.rejects(connector.open(testAccount(connector, settings, clock)), { code: 'ECONNREFUSED', retry: 'later', message: /cannot be reached/ })
  t.equal(messages(account).length, 0)
}))

t.test('an uncertain message is not shown a second time by polling', { skip }, t => road(t, { webhook: false }, async ({ fake, session, clock, account }) => {
  const prepared = await session.prepare({ ...operation('once'), at: clock.now() })
  fake.trouble = { on: 'create', what: 'cut-after', times: 1 }
  await t.rejects(session.perform(prepared), { name: 'ConnectorError', certain: false })
  const sid = fake.messages.at(-1)!.sid
  clock.advance(180_000)
  await fake.status(sid, 'sent')
  const polls = fake.requests.length
  await until('two more polls', () => fake.requests.length >= polls + 4)
  t.equal(messages(account).length, 0, 'held back while uncertain')
  t.match(await session.find!(prepared), { remoteId: sid })
  await fake.status(sid, 'delivered')
  await until('its receipt', () => receipts(account).find(one => one.status === 'delivered' && one.remoteId === sid && one.attempt === prepared.attempt))
  t.equal(messages(account).length, 0)
}))

t.test('STOP, START and error 21610 are one state of the pair', { skip }, t => road(t, { settings: { pollSeconds: 3600 } }, async ({ fake, session, account }) => {
  const states = (): [boolean, string, string][] => account.understood.map(one => one.incoming).filter(one => one.type === 'reachability').map(one => [one.reachable, one.own.address, one.peer.address])
  await fake.inbound(alice, own, 'Stop', { optOutType: true })
  t.same(states(), [[false, own, alice]])
  await t.rejects(session.perform(await session.prepare(operation('hi'))), { code: '21610', retry: 'never', certain: true, message: /START/ })
  await until('the refusal', () => states().length === 2)
  t.same(states()[1], [false, own, alice])
  t.match(await session.perform(await session.prepare(operation('hi', bob))), { status: 'sent' }, 'others are unaffected')
  await fake.inbound(alice, own, 'start')
  t.same(states()[2], [true, own, alice])
  t.match(await session.perform(await session.prepare(operation('hi'))), { status: 'sent' })
}))

const picture = { contentType: 'image/png', content: Buffer.from('89504e470d0a1a0a', 'hex') }

t.test('media come with the message; what cannot be fetched does not lose it', { skip }, t => road(t, { settings: { pollSeconds: 3600 } }, async ({ fake, account }) => {
  const find = (text: string): IncomingMessage | undefined => messages(account).find(one => one.text === text)
  const note = (text: string): string => Buffer.from(find(text)!.attachments[0]!.content).toString()
  await fake.inbound(alice, own, 'two', { media: [picture, { contentType: 'text/vcard', content: Buffer.from('BEGIN:VCARD') }] })
  t.match(find('two')?.attachments, [{ name: 'media-1.png', contentType: 'image/png', inline: false }, { name: 'media-2.vcf' }])
  t.same(Buffer.from(find('two')!.attachments[0]!.content), picture.content)
  await fake.inbound(alice, own, 'too large', { media: [{ contentType: 'video/mp4', content: Buffer.alloc(11 * 1024 * 1024) }] })
  t.match(find('too large')?.attachments, [{ name: 'media-1 is missing.txt', contentType: 'text/plain' }])
  t.match(note('too large'), /video\/mp4.*larger than 10 MB/)
  fake.trouble = { on: 'media', what: 'status', status: 404, times: 1 }
  await fake.inbound(alice, own, 'gone', { media: [picture, picture] })
  t.match(find('gone')?.attachments, [{ name: 'media-1 is missing.txt' }, { name: 'media-2.png' }])
  t.match(note('gone'), /Attachment 1 .*404/)
  t.equal(fake.leaked, 0, 'the password goes to the API only')
}))

t.test('media of a polled message', { skip }, t => road(t, { webhook: false }, async ({ fake, account }) => {
  await fake.inbound(alice, own, 'polled', { media: [picture] })
  const polled = await until('the message', () => messages(account).find(one => one.text === 'polled'))
  t.same(polled.attachments.map(one => Buffer.from(one.content)), [picture.content])
  t.equal(fake.leaked, 0, 'the password goes to the API only')
}))

t.test('behind NAT: polling alone brings messages, statuses and what was sent from elsewhere', { skip }, t => road(t, { webhook: false }, async ({ fake, account, session, clock }) => {
  await fake.inbound(alice, own, 'hello')
  await until('the message', () => messages(account).find(one => one.text === 'hello'))
  const { remoteId } = await session.perform(await session.prepare({ ...operation('answer'), at: clock.now() }))
  t.equal(fake.messages.at(-1)!.callback, null)
  for (const status of ['sent', 'delivered'] as const) {
    await fake.status(remoteId!, status)
    await until(status, () => receipts(account).find(one => one.remoteId === remoteId && one.status === status && one.attempt === operation('').attempt))
  }
  clock.advance(20 * 60_000)
  fake.console(own, bob, 'from the console')
  const polls = fake.requests.length
  await until('two more polls', () => fake.requests.length >= polls + 4)
  t.equal(messages(account).some(one => one.direction === 'out'), false, 'an outgoing message waits until the core would know it')
  clock.advance(130_000)
  await fake.inbound(bob, own, 'late in the list', { at: clock.now() - 300_000 })
  await until('the console', () => messages(account).find(one => one.text === 'from the console' && one.direction === 'out'))
  await until('the late one', () => messages(account).find(one => one.text === 'late in the list'))
  await fake.inbound(alice, '+15005550007', 'for another number of the account')
  const before = fake.requests.length
  await until('two more polls', () => fake.requests.length >= before + 4)
  t.same(messages(account).map(one => one.text).sort(), ['from the console', 'hello', 'late in the list'])
}))

t.test('history newest first; after an absence the live lane catches up by pages; cursors resume', { skip }, t => road(t, {
  webhook: false, settings: { historyDays: 30 },
  before: async fake => {
    for (let i = 0; i < 230; i++) {
      const at = start - (i + 1) * 3_600_000
      if (i % 2) fake.console(own, alice, `old ${i}`, at)
      else await fake.inbound(alice, own, `old ${i}`, { at })
    }
    await fake.inbound(alice, own, 'too old', { at: start - 31 * 86_400_000 })
  }
}, async ({ fake, account, clock, session, settings }) => {
  await until('the history', () => account.batches.some(({ at }) => at.lane === 'history' && at.caughtUp))
  const history = account.understood.filter(one => one.lane === 'history' && one.incoming.type === 'message')
  t.same(history.map(one => (one.incoming as IncomingMessage).text), Array.from({ length: 230 }, (_, i) => `old ${i}`))
  const progress = account.batches.filter(({ at }) => at.progress).map(({ at }) => at.progress!)
  t.same(progress.at(-1), { done: 30, total: 30 })
  t.same(progress.map(one => one.done).toSorted((a, b) => a - b), progress.map(one => one.done), 'progress only rises')
  await session.close()

  clock.advance(7 * 86_400_000)
  for (let i = 0; i < 250; i++) await fake.inbound(i % 2 ? alice : bob, own, `missed ${i}`, { at: clock.now() - (250 - i) * 600_000 })
  const next = testAccount(connector, settings, clock, { cursors: JSON.parse(JSON.stringify(account.cursors)) as typeof account.cursors })
  const again = await connector.open(next)
  await until('caught up', () => next.batches.some(({ at }) => at.caughtUp && at.lane === 'live'))
  t.same(messages(next).map(one => one.text), Array.from({ length: 250 }, (_, i) => `missed ${i}`), 'oldest first, all of them, once')
  t.equal(next.understood.some(one => one.lane === 'history'), false, 'the history is not fetched again')
  await again.close()
}))

t.test('who may not, and what is wrong, in words', { skip }, t => road(t, { webhook: false }, async ({ settings, clock }) => {
  for (const [more, wanted] of [
    [{ authToken: 'wrong' }, { retry: 'after-login', message: /auth token/ }],
    [{ number: '+15005550123' }, { retry: 'after-login', message: /does not belong/ }],
    [{ accountSid: 'AC' + 'f'.repeat(32) }, { retry: 'after-login' }]
  ] as const) {
    const account = testAccount(connector, { ...settings, ...more }, clock)
    await t.rejects(connector.open(account), { name: 'ConnectorError', ...wanted })
  }
}))

t.test('a provider that goes down ends the session with a reason; a token that is revoked likewise', { skip }, async t => {
  for (const [trouble, wanted] of [
    [{ what: 'status', status: 503, times: 1000 }, { retry: 'later' }],
    [{ what: 'status', status: 401, code: 20003, times: 1000 }, { retry: 'after-login' }]
  ] as const) {
    await road(t, { webhook: false }, async ({ fake, session }) => {
      fake.trouble = { on: 'read', ...trouble }
      await t.rejects(session.closed, { name: 'ConnectorError', ...wanted })
    })
  }
})

t.test('closing ends within a second, whatever hangs', { skip }, t => road(t, { webhook: false, settings: { timeoutSeconds: 30 } }, async ({ fake, session, account }) => {
  fake.trouble = { on: 'read', what: 'hang-before', times: 1000 }
  const hung = fake.requests.length
  await until('a request that hangs', () => fake.requests.length > hung)
  const took = await ownTime(async () => {
    account.stop()
    await session.closed
    await session.close()
  })
  t.ok(took < 1000, `${took} ms; the request that hangs would take thirty seconds`)
  fake.trouble = null
}))
