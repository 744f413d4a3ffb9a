import { canonicalEmail } from '#connector'
import type { Connector } from '#connector'
import { discover } from './discover.ts'
import { parse } from './parse.ts'
import { propose } from './propose.ts'
import { prove } from './prove.ts'
import { settingsSchema } from './settings.ts'
import type { EmailSettings } from './settings.ts'
import { usualTiming } from './timing.ts'

/** Mail: read over IMAP, sent over SMTP. */
export const connector: Connector<EmailSettings> = {
  channel: 'email',
  title: 'E-mail (IMAP and SMTP)',
  reaches: ['email'],
  canonical: (kind, address) => kind === 'email' ? canonicalEmail(address) : null,
  can: {
    subject: true,
    html: false,
    attachments: true,
    receipts: false,
    presence: false,
    typing: false,
    marks: 'own',
    groups: true,
    maxChars: null,
    maxAttachmentBytes: 18 * 1024 * 1024,
    cost: 0,
    delay: 10_000
  },
  get settings() {
    return settingsSchema()
  },
  own(settings) {
    // What is no address goes on as it is: the core refuses it in words.
    const address = canonicalEmail(settings.address) ?? settings.address
    return [{ kind: 'email', address, ...(settings.name ? { name: settings.name } : {}) }]
  },
  context: (settings) => ({ authserv: settings.authserv ?? null, sealers: settings.sealers ?? [] }),
  parse,
  prove,
  discover,
  propose,
  // What talks to servers is loaded when it is first needed: whoever only parses does without.
  open: async (account) => await (await import('./session.ts')).openSession(account),
  // Reading is tried by `open`; sending only here, or with the first mail.
  check: async (settings, signal) => await (await import('./submit.ts')).trySubmission(settings, usualTiming, signal)
}
