import type { Connector } from '#connector'
import { kinds } from './address.ts'
import { settingsSchema } from './settings.ts'
import type { Settings } from './settings.ts'

/** An address book over CardDAV (RFC 6352), kept in step both ways. Nobody is written to by it. The libraries are loaded with the first card or session, not with the form. */
export const connector: Connector<Settings> = {
  channel: 'contacts',
  title: 'Address book (CardDAV)',
  reaches: [],
  canonical: () => null,
  can: { subject: false, html: false, attachments: false, receipts: false, presence: false, typing: false, groups: false, maxChars: null, maxAttachmentBytes: null, cost: 0, delay: 0 },
  book: { kinds, adds: ({ addFriends = false }) => addFriends, write: async (card) => (await import('./write.ts')).newCard(card).text },
  settings: settingsSchema,
  own: () => [],
  context: ({ region }) => region === undefined ? {} : { region },
  parse: async (raw, context) => (await import('./parse.ts')).parse(raw, context),
  open: async (account) => (await import('./session.ts')).openSession(account)
}
