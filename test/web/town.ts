import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { xml } from '@xmpp/client'
import type { Page } from 'playwright-core'
import type { Test } from 'tap'
import { loadConfig } from '../../config/options.ts'
import { startApp } from '../../src/app.ts'
import type { Resolver } from '../../src/connector.ts'
import { inMailbox } from '../connectors/email/recording-account.ts'
import { person } from '../connectors/xmpp/person.ts'
import { corpora, startTwilio } from '../fakes/twilio.ts'
import { connect } from '../fixtures/client.ts'
import type { Client } from '../fixtures/client.ts'
import { tempFolder, testLog } from '../fixtures/store.ts'
import { startProxy } from '../rigs/proxy.ts'
import { plainMail, signingDomain } from '../road/signed-mail.ts'
import { chromiumMissing } from '../servers/chromium.ts'
import { dovecotMissing, freePorts, startDovecot } from '../servers/dovecot.ts'
import { prosodyMissing, startProsody } from '../servers/prosody.ts'
import { findings } from './axe.ts'
import { picture } from './pictures.ts'

/** Why the whole road cannot be walked here, in words for a skip; false where it can. */
export const townMissing = chromiumMissing || dovecotMissing || prosodyMissing || (existsSync(join(corpora, 'sms')) ? false : 'the published API file is missing: set KINBOX_CORPORA')

export const password = 'correct horse battery'
export const adasNumber = '+15005550006'
export const alicesNumber = '+4915112345678'
export const alicesChat = 'alice@friend.example'
const dayMs = 86_400_000

type Letter = { days?: number, to?: string }

/** A real mail server, a real chat server, the published API of a phone provider, and a server of this project behind a line that can be cut. It has no user yet. */
export async function openTown(t: Test) {
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
  const letter = (from: string, subject: string, text: string, { days = 0, to = 'Ada <ada@example.org>' }: Letter = {}) =>
    plainMail({ from, subject, text, to }).replace(/^Date: .*$/m, `Date: ${ago(days).toUTCString().replace('GMT', '+0000')}`)
  const live = async (client: Client, kind: string, settings: object) => {
    const { id } = await client.call<{ id: string }>('account.put', { kind, settings })
    await client.until(() => client.events.some((event) => event.type === 'account.changed' && event.id === id && event.data?.['status'] === 'live'), 60_000)
    return id
  }
  return {
    dovecot, prosody, twilio, proxy, app, url, live,
    /** A mail of somebody at friend.example or shop.example, signed by their server. */
    mail: async (from: string, subject: string, text: string, more: Letter = {}) => dovecot.deliver('ada', await (from.includes('@shop.example') ? shop : friend).sign(letter(from, subject, text, more))),
    /** What the user wrote with another program, some days ago. */
    sent: (to: string, subject: string, text: string, days: number) => inMailbox(dovecot, 'ada', (client) => client.append('Sent', Buffer.from(letter('Ada <ada@example.org>', subject, text, { days, to })), ['\\Seen'], ago(days))),
    client: async () => {
      const client = await connect(app.url, { token: (await app.admin.tokenCreate({ user: 'ada', name: 'test' })).token })
      t.teardown(() => client.close())
      return client
    },
    /** Connects the number and the chat. Resolves with Alice at her chat, who sees when the user is there, and is seen. */
    connectOthers: async (client: Client) => {
      const sms = await live(client, 'sms-twilio', { accountSid: twilio.accountSid, authToken: twilio.authToken, number: adasNumber, baseUrl: twilio.url, pollSeconds: 1 })
      twilio.webhook = (await client.call<{ webhookUrl: string }>('account.status', { id: sms })).webhookUrl
      await live(client, 'xmpp', { jid: 'ada@example.org', password: prosody.password, service: prosody.urls.xmpp })
      const alice = await person(prosody, alicesChat)
      const laptop = await person(prosody, 'ada@example.org', { resource: 'laptop' })
      for (const [one, to] of [[alice, 'ada@example.org'], [laptop, alicesChat]] as const) for (const type of ['subscribe', 'subscribed']) await one.send(xml('presence', { to, type }))
      for (const one of [alice, laptop]) t.teardown(() => one.leave())
      return alice
    },
    /** Secrets that stand in the log. */
    leaked: () => {
      const everything = log.lines.join('\n')
      return [password, dovecot.password, prosody.password, twilio.authToken].filter((secret) => everything.includes(secret))
    }
  }
}

/** Nothing serious is found on a screen by axe, in the light and in the dark. Pictures of it are kept where they are asked for. */
export async function looksGood(t: Test, page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    t.same(await findings(page), [], `${name}, ${colorScheme}`)
    await picture(page, name, colorScheme)
  }
}

/** What a page may say where its line was cut, or a password wrong. */
export const expected = /Failed to load resource|WebSocket connection to/
