import { createHash } from 'node:crypto'
import { xml } from '@xmpp/client'
import type { Element } from '@xmpp/client'
import type { Arrival } from '#connector'
import type { Stream } from './connect.ts'
import { bareJid } from './jid.ts'
import { ns } from './names.ts'

export type Roster = {
  /** The addresses that may see when we are there. */
  trusted: ReadonlySet<string>
  /** Everybody in it. */
  all: ReadonlySet<string>
  /** Asks for it (RFC 6121 section 2), and tells who is new or named anew since `known`, what the last call of `state` said. */
  fetch(known: string, now: number): Promise<Arrival[]>
  /** A change of it; what is not from the own account is none. null: it was no change of the roster. */
  push(stanza: Element, now: number): Arrival[] | null
  state(): string
}

const maxPeople = 5000

/** `friends`: whoever is in it is a friend of the user. */
export function openRoster(stream: Stream, friends: boolean): Roster {
  const trusted = new Set<string>()
  const all = new Set<string>()
  let told = new Set<string>()
  const take = (items: Element[], now: number): Arrival[] => items.slice(0, maxPeople).flatMap((item): Arrival[] => {
    const jid = bareJid(item.attrs['jid'] ?? '')
    const { subscription = 'none', name = '' } = item.attrs
    if (jid === null || jid === stream.bare) return []
    trusted.delete(jid)
    all.delete(jid)
    if (subscription === 'from' || subscription === 'both') trusted.add(jid)
    if (subscription === 'from' || subscription === 'both' || subscription === 'to') all.add(jid)
    const mark = createHash('sha256').update(`${jid}\n${name}`).digest('base64url').slice(0, 8)
    if (!all.has(jid) || told.has(mark)) return []
    told.add(mark)
    return [{ at: now, incoming: { type: 'contact', name: name.slice(0, 200) || jid.slice(0, jid.lastIndexOf('@')), addresses: [{ kind: 'xmpp', address: jid }], ...(friends ? {} : { friend: false }) } }]
  })
  return {
    trusted, all,
    async fetch(known, now) {
      told = new Set(known.match(/.{8}/g) ?? [])
      const answer = await stream.ask('get', null, xml('query', { xmlns: ns.roster }))
      return take(answer.getChild('query', ns.roster)?.getChildren('item') ?? [], now)
    },
    push(stanza, now) {
      const query = stanza.attrs['type'] === 'set' ? stanza.getChild('query', ns.roster) : undefined
      if (!query || ![undefined, stream.bare].includes(stanza.attrs['from'])) return null
      return take(query.getChildren('item'), now)
    },
    state: () => [...told].slice(-maxPeople).join('')
  }
}
