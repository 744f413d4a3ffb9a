import type { Connector } from '#connector'
import { discover } from './discover.ts'
import { bareJid, occupantJid } from './jid.ts'
import { settingsSchema } from './settings.ts'
import type { Settings } from './settings.ts'

/** Chat over XMPP (RFC 6120, 6121): people, rooms, their archives. The library is loaded with the first stanza or session, not with the form. */
export const connector: Connector<Settings> = {
  channel: 'chat',
  title: 'Chat (XMPP)',
  reaches: ['xmpp', 'xmpp-room'],
  rooms: 'xmpp-room',
  canonical: (kind, address) => kind === 'xmpp' || kind === 'xmpp-room' ? bareJid(address) : kind === 'xmpp-occupant' ? occupantJid(address) : null,
  can: {
    subject: false, html: false, attachments: true, receipts: true, presence: true, typing: true, marks: 'peer', groups: false,
    maxChars: 20_000, maxAttachmentBytes: 10 * 1024 * 1024, cost: 0, delay: 500
  },
  settings: settingsSchema,
  own({ jid, name }) {
    const address = bareJid(jid)
    return address === null ? [] : [{ kind: 'xmpp', address, ...(name ? { name } : {}) }]
  },
  parse: async (raw, context) => (await import('./parse.ts')).parse(raw, context),
  prove: async (raw, context) => (await import('./prove.ts')).prove(raw, context),
  discover,
  open: async (account) => (await import('./session.ts')).openSession(account)
}
