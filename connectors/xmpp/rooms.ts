import { xml } from '@xmpp/client'
import type { Element } from '@xmpp/client'
import type { Log } from '#connector'
import { bareJid, readJid } from './jid.ts'
import type { Stream } from './connect.ts'
import { ns } from './names.ts'
import type { Settings } from './settings.ts'
import { bounceWords } from './words.ts'
import { writable } from './xml.ts'

export type Room = {
  jid: string
  name: string | null
  /** Our nickname there, as the room has it. */
  nick: string
  archive: boolean
  /** Everybody there may see who is who: then the archive tells it too. */
  open: boolean
  /** Who is there: nicknames, with the address behind where the room tells. */
  occupants: Map<string, string | null>
  entered: boolean
}

export type Rooms = {
  all: ReadonlyMap<string, Room>
  /** Enters a room (0045). Resolves whether we are in; the reason why not is in the log. */
  enter(wanted: NonNullable<Settings['rooms']>[number]): Promise<Room | null>
  /** True when the presence was a room's. */
  presence(stanza: Element): boolean
}

const patienceMs = 10_000
const maxOccupants = 5000

export function openRooms(stream: Stream, log: Log): Rooms {
  const all = new Map<string, Room>()
  const entering = new Map<string, (error: Element | null) => void>()
  return {
    all,
    async enter({ jid, nick }) {
      const bare = bareJid(jid)
      if (bare === null) {
        log.warn({ room: jid.slice(0, 200) }, 'this is not the address of a room')
        return null
      }
      const room: Room = { jid: bare, name: null, nick, archive: false, open: false, occupants: new Map(), entered: false }
      // Before the first word is heard there, so that it is known by what the archive calls it.
      const asked = await describe(stream, room)
      all.set(bare, room)
      for (const tried of [nick, nick + '_', nick + '__']) {
        room.nick = tried
        const entered = new Promise<Element | null | 'late'>((resolve) => {
          entering.set(bare, resolve)
          setTimeout(() => resolve('late'), patienceMs).unref()
        })
        await stream.send(xml('presence', { to: `${bare}/${writable(tried)}` }, xml('x', { xmlns: ns.muc }, xml('history', { maxstanzas: '0' }))))
        const refused = await entered
        entering.delete(bare)
        if (refused === null) break
        const { code, text } = refused === 'late' ? { code: 'timeout', text: 'It does not answer.' } : bounceWords(refused)
        if (code === 'conflict') continue
        log.warn({ room: bare, code }, 'a room could not be entered: ' + text)
        all.delete(bare)
        return null
      }
      if (!asked) await describe(stream, room)
      room.entered = true
      return room
    },
    presence(stanza) {
      const from = readJid(stanza.attrs['from'] ?? '')
      const room = from && all.get(from.bare)
      if (!room) return false
      const { type } = stanza.attrs
      if (type === 'error') {
        entering.get(room.jid)?.(stanza)
        return true
      }
      const nick = from.resource ?? ''
      const user = stanza.getChild('x', ns.mucUser)
      const own = user?.getChildren('status').some((status) => status.attrs['code'] === '110') === true
      if (type === 'unavailable') {
        room.occupants.delete(nick)
        if (own && room.entered) {
          room.entered = false
          log.warn({ room: room.jid }, 'the room has put us out; it is entered again with the next connection')
        }
        return true
      }
      if (room.occupants.size < maxOccupants) room.occupants.set(nick, readJid(user?.getChild('item')?.attrs['jid'] ?? '')?.bare ?? null)
      if (own) {
        room.nick = nick
        entering.get(room.jid)?.(null)
      }
      return true
    }
  }
}

/** What a room says about itself. False where it does not exist yet, or does not say. */
async function describe(stream: Stream, room: Room): Promise<boolean> {
  const info = (await stream.ask('get', room.jid, xml('query', { xmlns: ns.disco })).catch(() => null))?.getChild('query', ns.disco)
  if (!info) return false
  const features = new Set(info.getChildren('feature').map((feature) => feature.attrs['var']))
  room.archive = features.has(ns.mam)
  room.open = features.has('muc_nonanonymous')
  room.name = info.getChildren('identity').map((identity) => identity.attrs['name']).find(Boolean)?.slice(0, 200) ?? null
  return true
}

/** Who is behind a message of a room. What somebody wrote into the message themselves does not count: live, the room's own presence tells; in the archive of an open room, the last word on it is the room's. */
export function occupantOf(message: Element, room: Room, way: 'live' | 'archive', own: string): { real: string | null, vouched: boolean, me: boolean } {
  const nick = readJid(message.attrs['from'] ?? '')?.resource ?? ''
  const told = way === 'live' ? room.occupants.get(nick) ?? null : room.open ? readJid(message.getChildren('x', ns.mucUser).at(-1)?.getChild('item')?.attrs['jid'] ?? '')?.bare ?? null : null
  const real = told === null ? null : bareJid(told)
  const domain = own.slice(own.lastIndexOf('@') + 1)
  const host = room.jid.slice(room.jid.lastIndexOf('@') + 1)
  return { real, vouched: host === domain || host.endsWith('.' + domain), me: real === own || (way === 'live' && room.entered && nick === room.nick) }
}
