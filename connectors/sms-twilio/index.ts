import type { Connector } from '#connector'
import { canonicalNumber, countryOf } from './number.ts'
import { parse } from './parse.ts'
import { parts } from './parts.ts'
import { settings, type Settings } from './settings.ts'

/**
 * SMS and MMS through Twilio's Messages API 2010-04-01. Messages come by webhook and by polling, both at once: a message's sid is its remote id, so nothing comes twice.
 * A number can be forged by who pays for it, so an SMS never proves more than "weak", which is what the core takes without `prove`.
 */
export const connector: Connector<Settings> = {
  channel: 'sms',
  title: 'SMS (Twilio)',
  reaches: ['phone'],
  canonical: (kind, address, { region }) => kind === 'phone' ? canonicalNumber(address, region) : null,
  can: {
    subject: false, html: false, attachments: false, receipts: true, presence: false, typing: false, groups: false,
    maxChars: 1600, maxAttachmentBytes: null, cost: 1, delay: 5000
  },
  settings,
  own: ({ number }) => [{ kind: 'phone', address: number }],
  context: ({ number, region }) => ({ region: region ?? countryOf(number) }),
  parts,
  parse,
  // The client is loaded with the first account, not in the workers that only parse
  open: async account => (await import('./session.ts')).openSession(account)
}
