import { xml } from '@xmpp/client'
import type { Element } from '@xmpp/client'
import type { Account, Ephemeral } from '#connector'
import type { Stream } from './connect.ts'
import { bareJid, occupantJid, readJid } from './jid.ts'
import { ns } from './names.ts'
import { partiesOf } from './parse.ts'
import type { Roster } from './roster.ts'
import { saidBy } from './said.ts'
import type { Settings } from './settings.ts'
import type { Unwrapped } from './unwrap.ts'

type Said = Exclude<Unwrapped, { way: 'foreign' }>

export type People = {
  /** Who comes and goes (RFC 6121 section 4), and who asks to see us. */
  presence(stanza: Element): void
  /** Tells on who is typing (0085). */
  typing(said: Said): void
  /** Says that a message is here and kept (0184), to those who may see us: others would learn when we are there. */
  acknowledge(said: Said): void
  /** Our own presence and typing. */
  signal(ephemeral: Ephemeral): void
}

const maxResources = 50

export function openPeople(stream: Stream, account: Account<Settings>, roster: Roster): People {
  /** Each resource that is there, and whether it is away from its keyboard (RFC 6121 section 4.7.2.1). */
  const there = new Map<string, Map<string, boolean>>()
  /** May be lost: the next one says how it is. */
  const send = (element: Element): void => { stream.send(element).catch(() => {}) }
  return {
    presence(stanza) {
      const from = readJid(stanza.attrs['from'] ?? '')
      if (!from || from.bare === stream.bare || bareJid(from.bare) === null) return
      const { type } = stanza.attrs
      if (type === 'subscribe') {
        // Whom the user already follows may follow back; everybody else is for the user to decide.
        if (roster.all.has(from.bare)) send(xml('presence', { to: from.bare, type: 'subscribed' }))
        else account.log.info({ from: from.bare }, 'somebody asks to see when you are there; answer it in another client')
        return
      }
      if (type !== undefined && type !== 'unavailable') return
      if (!roster.all.has(from.bare)) return
      const resources = there.get(from.bare) ?? new Map<string, boolean>()
      if (type === 'unavailable') {
        if (from.resource === null) resources.clear()
        else resources.delete(from.resource)
      } else if (resources.size < maxResources || resources.has(from.resource ?? '')) resources.set(from.resource ?? '', ['away', 'xa', 'dnd'].includes(stanza.getChildText('show') ?? ''))
      if (resources.size > 0) there.set(from.bare, resources)
      else there.delete(from.bare)
      account.signal({ type: 'presence', address: { kind: 'xmpp', address: from.bare }, available: resources.size > 0, ...(resources.size > 0 && [...resources.values()].every(Boolean) ? { away: true } : {}) })
    },
    typing(said) {
      if (said.room !== null || said.message.attrs['type'] === 'error') return
      const { direction, peer } = partiesOf(said.message, { room: null }, stream.bare)
      if (direction === 'out') return
      const what = saidBy(said.message)
      const state = said.message.getChildElements().find((child) => child.getNS() === ns.states)
      if (!state) return
      account.signal({ type: 'typing', address: peer, typing: what.type === 'typing' && what.typing })
    },
    acknowledge({ room, way, message }) {
      const { id, from: sender } = message.attrs
      const from = readJid(sender ?? '')
      if (room !== null || way === 'carbon' || !id || !from || from.bare === stream.bare || !roster.trusted.has(from.bare)) return
      if (message.attrs['type'] === 'error' || !message.getChild('request', ns.receipts) || message.getChild('received', ns.receipts)) return
      const tell = () => send(xml('message', { to: sender, type: message.attrs['type'] ?? 'normal' }, xml('received', { xmlns: ns.receipts, id }), xml('store', { xmlns: ns.hints })))
      if (!account.mayTell) return void tell()
      // Who is blocked hears nothing; nor does anybody while that cannot be looked up.
      void account.mayTell({ kind: 'xmpp', address: from.bare }).then((may) => void (may && tell()), () => undefined)
    },
    signal(ephemeral) {
      if (ephemeral.type === 'typing') {
        const { kind, address } = ephemeral.address
        const to = kind === 'xmpp' ? bareJid(address) : kind === 'xmpp-occupant' ? occupantJid(address) : null
        if (to !== null) send(xml('message', { to, type: 'chat' }, xml(ephemeral.typing ? 'composing' : 'active', { xmlns: ns.states }), xml('no-store', { xmlns: ns.hints })))
      } else if (ephemeral.type === 'presence') send(ephemeral.available && !ephemeral.away ? xml('presence') : xml('presence', {}, xml('show', {}, ephemeral.available ? 'away' : 'xa')))
    }
  }
}
