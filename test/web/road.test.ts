import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { xml } from '@xmpp/client'
import t from 'tap'
import { loadConfig } from '../../config/options.ts'
import { startApp } from '../../src/app.ts'
import type { Resolver } from '../../src/connector.ts'
import { inMailbox } from '../connectors/email/recording-account.ts'
import { person } from '../connectors/xmpp/person.ts'
import { corpora, startTwilio } from '../fakes/twilio.ts'
import { connect } from '../fixtures/client.ts'
import { tempFolder, testLog } from '../fixtures/store.ts'
import { startProxy } from '../rigs/proxy.ts'
import { plainMail, signingDomain } from '../road/signed-mail.ts'
import { chromiumMissing, openChromium, openPage } from '../servers/chromium.ts'
import { dovecotMissing, freePorts, startDovecot } from '../servers/dovecot.ts'
import { prosodyMissing, startProsody } from '../servers/prosody.ts'
import { findings } from './axe.ts'
import { picture } from './pictures.ts'

const skip = chromiumMissing || dovecotMissing || prosodyMissing || (existsSync(join(corpora, 'sms')) ? false : 'the published API file is missing: set KINBOX_CORPORA')
const password = 'correct horse battery'
const adasNumber = '+15005550006'
const alicesNumber = '+4915112345678'
const alicesChat = 'alice@friend.example'
const dayMs = 86_400_000

t.test('a person lives in it: the first run, three channels in one thread, offline, two tabs, a phone', { skip, timeout: 85_000 }, async (t) => {
  const [dovecot, prosody, twilio, [port]] = await Promise.all([
    startDovecot(), startProsody({ users: ['ada@example.org', alicesChat] }), startTwilio({ clock: { now: () => Date.now() }, numbers: [adasNumber] }), freePorts(1)
  ])
  for (const one of [dovecot, prosody, twilio]) t.teardown(() => one.close())
  const proxy = await startProxy(port!, Math.random)
  t.teardown(() => proxy.close())

  const friend = signingDomain('friend.example')
  const shop = signingDomain('shop.example')
  // The owner's domain names its mail servers; its certificate is known to nobody.
  const dns: Resolver = async (name, type) => {
    const record = { ...friend.records, ...shop.records }[name]
    if (type === 'TXT' && record) return [[record]]
    const server = name.startsWith('_imap._tcp.') ? dovecot.ports.imap : name.startsWith('_submission._tcp.') ? dovecot.ports.submission : null
    if (type !== 'SRV' || server === null) throw Object.assign(new Error(`${name} has no ${type}`), { code: 'ENOTFOUND' })
    return ['127.0.0.1', 'localhost'].map((host, priority) => ({ name: host, port: server, priority, weight: 0 }))
  }
  const log = testLog()
  const url = `http://127.0.0.1:${proxy.port}`
  const app = await startApp({ ...loadConfig({ env: {} }).config, data: await tempFolder(t), port: port!, publicUrl: `http://127.0.0.1:${port}`, origins: [url] }, log, { dns, accounts: { retryBaseMs: 100, retryMaxMs: 500 }, server: { checkResults: true } })
  t.teardown(() => app.stop())
  const ago = (days: number) => new Date(Date.now() - days * dayMs)
  const letter = (from: string, subject: string, text: string, { days = 0, to = 'Ada <ada@example.org>', more = [] }: { days?: number, to?: string, more?: string[] } = {}) =>
    plainMail({ from, subject, text, to, more }).replace(/^Date: .*$/m, `Date: ${ago(days).toUTCString().replace('GMT', '+0000')}`)
  const mail = async (from: string, subject: string, text: string, more = {}) => dovecot.deliver('ada', await friend.sign(letter(from, subject, text, more)))
  const alicesMail = (text: string) => mail('Alice <alice@friend.example>', 'Saturday at the lake', text)
  const sent = (to: string, subject: string, text: string, days: number) => inMailbox(dovecot, 'ada', (client) => client.append('Sent', Buffer.from(letter('Ada <ada@example.org>', subject, text, { days, to })), ['\\Seen'], ago(days)))
  await mail('Bob <bob@friend.example>', 'Climbing on Thursday', 'The hall opens at six. Shall I bring your shoes?', { days: 2 })
  await mail('Alice <alice@friend.example>', 'Saturday at the lake', 'Who is in? The boat has room for four, and I bring the sandwiches.', { days: 1 })
  await sent('Bob <bob@friend.example>', 'Climbing', 'Next week again?', 8)
  await sent('Alice <alice@friend.example>', 'Saturday at the lake', 'Count me in. What shall I bring?', 1)

  const browser = await openChromium(t)
  const { page, errors, elsewhere } = await openPage(browser, url, `/welcome#code=${await app.doorCode()}`)
  const keys = page.keyboard
  const says = (words: string | RegExp) => page.getByText(words).first().waitFor()
  const theirs = (text: string, on = page) => on.locator('.message-theirs', { hasText: text })
  const mine = (text: string) => page.locator('.message-mine', { hasText: text })
  /** Nothing serious is found in the light, nor in the dark. */
  const looksGood = async (name: string, on = page) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await on.emulateMedia({ colorScheme })
      t.same(await findings(on), [], `${name}, ${colorScheme}`)
      await picture(on, name, colorScheme)
    }
  }

  await t.test('the first run: a user, a mailbox, friends', async (t) => {
    await says('Welcome to Kinbox')
    await looksGood('welcome')
    await page.getByLabel('User name').fill('ada')
    await page.getByLabel('Password').fill(password)
    await keys.press('Enter')
    await says('Connect your mailbox')
    await page.getByLabel('Mail address').fill('ada@example.org')
    await page.getByLabel('Password').fill(dovecot.password)
    await keys.press('Enter')
    await says(/self-signed certificate/)
    await looksGood('mailbox')
    await page.getByText('More settings').last().click()
    await page.getByLabel('Private CA (PEM)').fill(dovecot.certificate)
    await page.getByRole('button', { name: 'Connect' }).click()
    await says('Choose your friends')
    for (const name of ['Alice', 'Bob']) await page.getByRole('checkbox', { name }).check()
    await looksGood('friends')
    await page.getByRole('button', { name: 'To my inbox' }).click()
    await page.locator('.conversation-row', { hasText: 'Alice' }).waitFor()
    t.equal(await page.locator('.conversation-row').count(), 2)
  })

  const { token } = await app.admin.tokenCreate({ user: 'ada', name: 'test' })
  const client = await connect(app.url, { token })
  t.teardown(() => client.close())
  const live = async (kind: string, settings: object) => {
    const { id } = await client.call<{ id: string }>('account.put', { kind, settings })
    await client.until(() => client.events.some((event) => event.type === 'account.changed' && event.id === id && event.data?.['status'] === 'live'), 20_000)
    return id
  }
  const sms = await live('sms-twilio', { accountSid: twilio.accountSid, authToken: twilio.authToken, number: adasNumber, baseUrl: twilio.url, pollSeconds: 1 })
  twilio.webhook = (await client.call<{ webhookUrl: string }>('account.status', { id: sms })).webhookUrl
  await live('xmpp', { jid: 'ada@example.org', password: prosody.password, service: prosody.urls.xmpp })
  const alice = await person(prosody, alicesChat)
  const laptop = await person(prosody, 'ada@example.org', { resource: 'laptop' })
  for (const [one, to] of [[alice, 'ada@example.org'], [laptop, alicesChat]] as const) for (const type of ['subscribe', 'subscribed']) await one.send(xml('presence', { to, type }))
  const texts = (on = page) => on.locator('.message .message-text').allInnerTexts()

  await t.test('her number and her chat address are hers from now on', async () => {
    await page.locator('.conversation-row', { hasText: 'Alice' }).click()
    await page.locator('.conversation-head h1 a').click()
    for (const [label, address] of [['phone', alicesNumber], ['Chat (XMPP)', alicesChat]] as const) {
      await page.getByLabel('Add an address of theirs').fill(address)
      await page.getByLabel('Kind of address').selectOption({ label })
      await page.getByRole('button', { name: 'Add', exact: true }).click()
      await page.locator('.person-address', { hasText: address }).filter({ hasText: label }).waitFor()
    }
    await looksGood('person')
    await page.getByRole('link', { name: 'To the conversation' }).click()
  })

  await t.test('a mail, an SMS and a chat message come live into one thread', async (t) => {
    await theirs('The boat has room for four').waitFor()
    await alicesMail('Sun cream and your guitar. The train at 9:12 from platform 3?')
    await theirs('Sun cream').locator('.sign-email').waitFor()
    await page.locator('.proof', { hasText: 'proven' }).first().waitFor()
    await twilio.inbound(alicesNumber, adasNumber, 'Overslept, 20 minutes late, sorry!')
    await theirs('Overslept').locator('.sign-sms').waitFor()
    await alice.say('ada@example.org', 'In the train now. Keep me a seat in the boat')
    await theirs('In the train now').locator('.sign-chat').waitFor()
    await page.locator('.presence-online').waitFor()
    t.equal(await page.locator('.conversation').count(), 1)
  })

  await t.test('she is answered over each, and it is said why', async (t) => {
    await keys.press('r')
    await keys.type('The best one is yours')
    await page.locator('.way', { hasText: 'chat' }).locator('.sign-chat').waitFor()
    await keys.press('Control+Enter')
    await alice.hears('the answer', (stanza) => stanza.getChildText('body') === 'The best one is yours')
    await mine('The best one is yours').locator('.status-sent').waitFor()

    const by = async (channel: string) => {
      for (let tries = 0; tries < 3 && await page.locator(`.way button .sign-${channel}`).count() === 0; tries++) {
        const before = await page.locator('.way button').innerText()
        await keys.press('Control+k')
        await page.locator('.way button').filter({ hasNotText: before }).waitFor()
      }
      t.equal(await page.locator(`.way button .sign-${channel}`).count(), 1, channel)
    }
    await keys.type('We wait at the pier')
    await by('sms')
    await keys.press('Control+Enter')
    await mine('We wait at the pier').locator('.status-sent').waitFor()
    const taken = twilio.messages.find(({ body }) => body === 'We wait at the pier')!
    await twilio.status(taken.sid, 'delivered')
    await mine('We wait at the pier').locator('.status-delivered').waitFor()

    await keys.type('And the photos come by mail')
    await by('email')
    await keys.press('Control+Enter')
    await mine('And the photos come by mail').locator('.status-sent').waitFor()
    t.match(dovecot.sink.messages.map(({ to }) => to), [['alice@friend.example']])
    await looksGood('conversation')
  })

  await t.test('a stranger waits in Other, with the reason, and is moved to the inbox', async (t) => {
    await mail('Carol <carol@friend.example>', 'Choir', 'Alice gave me your address. Do you still sing?')
    await dovecot.deliver('ada', await shop.sign(letter('A shop <news@shop.example>', 'Autumn sale', 'Everything at half the price, until Sunday.')))
    await keys.press('Escape')
    await keys.press('g')
    await keys.press('o')
    const carol = page.locator('.conversation-row', { hasText: 'Carol' })
    await carol.waitFor()
    await page.locator('.conversation-row', { hasText: 'shop' }).waitFor()
    t.match(await carol.locator('.conversation-why').textContent(), /carol@friend\.example/)
    await looksGood('other')
    await carol.focus()
    await keys.press('m')
    await page.locator('.toast', { hasText: 'Carol is in the inbox now' }).waitFor()
    await carol.waitFor({ state: 'detached' })
    await keys.press('g')
    await keys.press('i')
    await carol.waitFor()
  })

  await t.test('search, and a jump to where it was said', async () => {
    const found = async () => (await client.call<{ items: unknown[] }>('search.query', { q: 'sandwiches' })).items.length
    for (let tries = 0; tries < 200 && await found() === 0; tries++) await page.waitForTimeout(50)
    await keys.press('/')
    await page.getByRole('searchbox').waitFor()
    await keys.type('sandw*')
    await page.locator('.search-hit mark', { hasText: 'sandwiches' }).waitFor()
    await looksGood('search')
    await keys.press('ArrowDown')
    await keys.press('Enter')
    await page.locator('.message-marked', { hasText: 'sandwiches' }).waitFor()
  })

  const other = await page.context().newPage()
  await t.test('two tabs in step, and a while without the server: no gap, no double', async (t) => {
    await page.getByRole('button', { name: 'To the newest' }).click()
    await mine('And the photos come by mail').waitFor()
    await other.goto(page.url())
    await theirs('In the train now', other).waitFor()
    t.same(await texts(other), await texts())

    proxy.spoil({ kind: 'reset' })
    await says('Not connected')
    await page.locator('.composer-text').fill('Written without the server')
    await keys.press('Control+Enter')
    await mine('Written without the server').waitFor()
    await alicesMail('Here is the map of the lake')
    await twilio.inbound(alicesNumber, adasNumber, 'Which pier was it?')
    await alice.say('ada@example.org', 'I see you!')
    await client.until(() => ['Here is the map of the lake', 'Which pier was it?', 'I see you!'].every((text) => client.events.some((event) => event.type === 'message.created' && String(event.data?.['text']).includes(text))), 20_000)
    t.equal(await theirs('I see you!').count(), 0)
    proxy.heal()
    await page.getByRole('button', { name: 'Try now' }).click({ timeout: 2000 }).catch(() => undefined)
    await mine('Written without the server').locator('.status-sent').waitFor()
    await page.getByText('Not connected').waitFor({ state: 'detached' })
    await theirs('I see you!', other).waitFor()
    await other.locator('.message-mine', { hasText: 'Written without the server' }).waitFor()
    const all = await texts()
    t.same(all.slice(-4).sort(), ['Here is the map of the lake', 'I see you!', 'Which pier was it?', 'Written without the server'])
    t.equal(new Set(all).size, all.length, 'each once')
    t.same(await texts(other), all)

    await page.locator('.conversation-head h1').focus()
    await keys.press('Shift+p')
    await other.locator('.conversation-row', { hasText: 'Alice' }).getByText('📌').waitFor()
  })

  await t.test('a phone: one pane, and the way back', async (t) => {
    await other.setViewportSize({ width: 390, height: 780 })
    await theirs('I see you!', other).waitFor()
    t.equal(await other.locator('.folder').count(), 0)
    await looksGood('phone', other)
    await other.getByRole('link', { name: 'Back to the folder' }).click()
    await other.locator('.conversation-row', { hasText: 'Bob' }).waitFor()
    t.equal(await other.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
    await looksGood('phone-inbox', other)
  })

  await t.test('signing out ends it in both tabs, and leaves no draft', async (t) => {
    await page.locator('.composer-text').fill('Not yet sent')
    await page.goto(url + '/settings')
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    const kept = `[...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter((key) => key.startsWith('kinbox.draft.'))`
    t.equal((await page.evaluate<string[]>(kept)).length, 1)
    await looksGood('settings')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
    t.same(await page.evaluate(kept), [])
    t.same(await page.context().cookies(), [])
    await other.getByText('Your session has ended').waitFor()
    await looksGood('signin')
  })

  await Promise.all([alice.leave(), laptop.leave()])
  const everything = log.lines.join('\n')
  t.same([password, dovecot.password, prosody.password, twilio.authToken, token].filter((secret) => everything.includes(secret)), [], 'no secret is logged')
  t.same(twilio.problems, [])
  t.same(elsewhere, [])
  t.same(errors.filter((text) => !/Failed to load resource|WebSocket connection to/.test(text)), [])
})
