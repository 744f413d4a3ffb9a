import t from 'tap'
import { loadConfig } from '../../config/options.ts'
import { startApp } from '../../src/app.ts'
import type { Resolver } from '../../src/connector.ts'
import { inMailbox } from '../connectors/email/recording-account.ts'
import { tempFolder, testLog } from '../fixtures/store.ts'
import { chromiumMissing, openChromium, openPage } from '../servers/chromium.ts'
import { dovecotMissing, startDovecot } from '../servers/dovecot.ts'

const skip = chromiumMissing || dovecotMissing
const mail = (from: string, to: string, subject: string) => `From: ${from}\r\nTo: ${to}\r\nSubject: ${subject}\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <${subject.replaceAll(' ', '-')}@friend.example>\r\n\r\nHello!\r\n`

t.test('the first run: a user, a mailbox, friends, and their mail in the inbox', { skip }, async (t) => {
  const dovecot = await startDovecot()
  t.teardown(() => dovecot.close())
  for (const subject of ['a walk', 'the lake']) await dovecot.deliver('ada', mail('Alice <alice@friend.example>', 'ada@example.org', subject))
  await dovecot.deliver('ada', mail('Mallory <mallory@evil.test>', 'ada@example.org', 'a prize'))
  await inMailbox(dovecot, 'ada', async (client) => {
    await client.append('Sent', Buffer.from(mail('Ada <ada@example.org>', 'Alice <alice@friend.example>', 'a walk again')), ['\\Seen'])
  })
  // The domain names its servers four times over, so that nothing else is asked; their certificate is known to nobody.
  const dns: Resolver = async (name, type) => {
    const port = name.startsWith('_imap._tcp.') ? dovecot.ports.imap : name.startsWith('_submission._tcp.') ? dovecot.ports.submission : null
    if (type !== 'SRV' || port === null) throw Object.assign(new Error(`${name} has no ${type}`), { code: 'ENOTFOUND' })
    return ['127.0.0.1', 'localhost'].map((host, priority) => ({ name: host, port, priority, weight: 0 }))
  }
  const log = testLog()
  const app = await startApp({ ...loadConfig({ env: {} }).config, data: await tempFolder(t), port: 0 }, log, { dns })
  t.teardown(() => app.stop())
  const browser = await openChromium(t)
  const code = await app.doorCode()
  t.match(code, /^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$/)

  const { page, errors, elsewhere } = await openPage(browser, app.url, '/welcome#code=WRNG-WRNG-WRNG')
  const says = (words: string | RegExp) => page.getByText(words).first().waitFor()
  await says('Welcome to Kinbox')
  t.equal(page.url(), app.url + '/welcome', 'the code stays in no address')
  t.equal(await page.getByLabel('Setup code').count(), 0, 'a code that came along is not asked for')
  await page.getByLabel('User name').fill('ada')
  await page.getByLabel('Password').fill('short')
  await page.keyboard.press('Enter')
  t.equal(await page.evaluate(`document.querySelector('[name=password]').validity.tooShort`), true)
  await page.getByLabel('Password').fill('correct horse battery')
  await page.keyboard.press('Enter')
  await says(/This code is wrong, used or expired/)
  await page.getByLabel('Setup code').fill(code!.toLowerCase().replaceAll('-', ' '))
  await page.getByRole('button', { name: 'Make my user' }).click()

  await says('Connect your mailbox')
  t.equal(await app.doorCode(), null, 'the first user is made once')
  await page.getByLabel('Mail address').fill('ada@example.org')
  await page.getByLabel('Password').fill('wrong password')
  await page.getByRole('button', { name: 'Connect' }).click()
  await says(/self-signed certificate/)
  t.equal(await page.getByLabel('Port').first().inputValue(), String(dovecot.ports.imap), 'what was found is in the form')
  await page.getByText('More settings').last().click()
  await page.getByLabel('Private CA (PEM)').fill(dovecot.certificate)
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByRole('alert').filter({ hasText: /refuse|password/i }).waitFor()
  await page.getByLabel('Password', { exact: true }).fill(dovecot.password)
  await page.getByRole('button', { name: 'Connect' }).click()

  await says('Choose your friends')
  const alice = page.getByRole('checkbox', { name: /Alice/ })
  await alice.waitFor()
  t.equal(await page.getByRole('checkbox').count(), 1, 'only people that one writes to')
  await alice.check()
  await page.getByRole('button', { name: 'To my inbox' }).click()
  await page.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor()
  await says('Alice')
  t.equal(await page.getByText('Mallory').count(), 0)

  const everything = log.lines.join('\n')
  for (const secret of [code!, 'correct horse battery', dovecot.password]) t.equal(everything.includes(secret), false, 'no secret is logged')
  t.same(elsewhere, [])
  t.same(errors.filter((text) => !/Failed to load resource: the server responded with a status of 40/.test(text)), [])
})
