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
  /** We are there now. */
  begin(): Promise<void>
  /** Shows whoever may see us, and is blocked, that we are gone; and whoever is no more, how we are. */
  audience(): void
}

const maxResources = 50

export function openPeople(stream: Stream, account: Account<Settings>, roster: Roster): People {
  /** Each resource that is there, and whether it is away from its keyboard (RFC 6121 section 4.7.2.1). */
  const there = new Map<string, Map<string, boolean>>()
  /** May be lost: the next one says how it is. */
  const send = (element: Element): void => { stream.send(element).catch(() => {}) }
  let own = { available: true, away: false }
  const ownPresence = (to: { to?: string } = {}): Element => own.available && !own.away ? xml('presence', to) : xml('presence', to, xml('show', {}, own.available ? 'away' : 'xa'))
  /** The server tells everybody who follows us; to these alone we say that we are gone (RFC 6121 section 4.6). It asks nothing of them, and can be taken back. */
  const hidden = new Set<string>()
  const hide = (bare: string): void => send(xml('presence', { to: bare, type: 'unavailable' }))
  /** Who is blocked hears nothing; nor does anybody while that cannot be looked up. */
  const may = async (address: string): Promise<boolean> => account.mayTell ? account.mayTell({ kind: 'xmpp', address }) : true
  /** One after the other, so that what was said first is told first. */
  let line: Promise<void> = Promise.resolve()
  const inTurn = (work: () => Promise<void>): void => { line = line.then(work).catch(() => {}) }
  let looking = false
  const audience = (): void => {
    if (looking) return
    looking = true
    inTurn(async () => {
      looking = false
      for (const bare of hidden) if (!roster.trusted.has(bare)) hidden.delete(bare)
      for (const bare of [...roster.trusted]) {
        const allowed = await may(bare)
        if (!allowed && !hidden.has(bare)) {
          hidden.add(bare)
          hide(bare)
        } else if (allowed && hidden.delete(bare)) send(hidden.size === 0 ? ownPresence() : ownPresence({ to: bare }))
      }
    })
  }
  return {
    audience,
    async begin() {
      await stream.send(ownPresence())
      audience()
    },
    presence(stanza) {
      const from = readJid(stanza.attrs['from'] ?? '')
      if (!from || from.bare === stream.bare || bareJid(from.bare) === null) return
      const { type } = stanza.attrs
      if (type === 'subscribe') {
        // Whom the user already follows may follow back; everybody else is for the user to decide.
        if (roster.all.has(from.bare)) inTurn(async () => { if (await may(from.bare)) send(xml('presence', { to: from.bare, type: 'subscribed' })) })
        else account.log.info({ from: from.bare }, 'somebody asks to see when you are there; answer it in another client')
        return
      }
      if (type !== undefined && type !== 'unavailable') return
      if (!roster.all.has(from.bare)) return
      const resources = there.get(from.bare) ?? new Map<string, boolean>()
      // Whoever comes was told by the server what it had heard from us last.
      if (type === undefined && !resources.has(from.resource ?? '') && hidden.size > 0) {
        if (hidden.has(from.bare)) hide(from.bare)
        else if (roster.trusted.has(from.bare)) send(ownPresence({ to: from.bare }))
      }
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
      const received = xml('message', { to: sender, type: message.attrs['type'] ?? 'normal' }, xml('received', { xmlns: ns.receipts, id }), xml('store', { xmlns: ns.hints }))
      inTurn(async () => { if (await may(from.bare)) send(received) })
    },
    signal(ephemeral) {
      if (ephemeral.type === 'typing') {
        const { kind, address } = ephemeral.address
        const to = kind === 'xmpp' ? bareJid(address) : kind === 'xmpp-occupant' ? occupantJid(address) : null
        if (to === null) return
        const state = xml('message', { to, type: 'chat' }, xml(ephemeral.typing ? 'composing' : 'active', { xmlns: ns.states }), xml('no-store', { xmlns: ns.hints }))
        inTurn(async () => { if (kind === 'xmpp-occupant' || await may(to)) send(state) })
      } else if (ephemeral.type === 'presence') {
        own = { available: ephemeral.available, away: ephemeral.away === true }
        // A broadcast would reach the blocked, too.
        inTurn(async () => {
          if (hidden.size === 0) return send(ownPresence())
          for (const bare of roster.trusted) if (!hidden.has(bare)) send(ownPresence({ to: bare }))
        })
      }
    }
  }
}
