import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Driver } from '../../contract.ts'
import { corpora, startTwilio } from '../../fakes/twilio.ts'
import { serveWebhooks, testClock } from '../account.ts'

const own = '+15005550006'
const settings = { accountSid: 'AC' + 'a1'.repeat(16), authToken: 'secret-token-51d7', number: own }

/** Why the fake cannot run here, for a skip; false where it can. */
export const missing: string | false = existsSync(join(corpora, 'sms')) ? false : 'no published API file: set KINBOX_CORPORA'

/** A fake Twilio that calls our webhook for every other message and loses the calls between. */
export const driver: Driver = {
  kind: 'sms-twilio',
  fixtures: join(import.meta.dirname, 'fixtures'),
  context: { own: [{ kind: 'phone', address: own }], region: 'US', folder: null, authserv: null, at: 0 },
  addresses: [['phone', '(500) 555-0006', own], ['phone', '+49 151 12345678', '+4915112345678'], ['phone', '22000', null], ['phone', 'KINBOX', null], ['email', 'alice@friend.example', null]],
  wrongSettings: [{}, { ...settings, number: '0151' }, { ...settings, accountSid: 'SK1' }, { ...settings, baseUrl: 'http://api.evil.test' }, { ...settings, baseUrl: 'https://user@evil.test' }, { ...settings, pollSeconds: 0 }, { ...settings, colour: 'red' }, null],
  async world() {
    const clock = testClock(Date.parse('2026-03-02T10:00:00Z'))
    const fake = await startTwilio({ clock, numbers: [own], accountSid: settings.accountSid, authToken: settings.authToken })
    const hooks = await serveWebhooks()
    fake.webhook = hooks.url
    let written = 0
    const send = (address: string) => (attempt: string) => ({
      type: 'send' as const, attempt, from: { kind: 'phone', address: own }, recipients: [{ kind: 'phone', address, role: 'to' as const }], text: 'Hello!', references: [], attachments: [], at: clock.now()
    })
    return {
      settings: { ...settings, baseUrl: fake.url, pollSeconds: 0.03, timeoutSeconds: 60 }, clock, hooks,
      async write(word) {
        await fake.inbound('+4915112345678', own, `Have you seen the ${word}?`, { webhook: written++ % 2 === 0 })
      },
      good: send('+4915112345678'), bad: send('+15005550001'),
      down: () => fake.close(),
      secrets: [settings.authToken],
      async close() {
        await fake.close()
        if (fake.problems.length > 0) throw new Error(fake.problems.join('\n'))
      }
    }
  }
}
