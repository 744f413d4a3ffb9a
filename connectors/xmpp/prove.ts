import type { Context, Proof } from '#connector'
import { unpack } from './envelope.ts'
import { readJid } from './jid.ts'
import { ns } from './names.ts'
import { readXml } from './xml.ts'

/**
 * How far a sender is proven. Between two people the own server stamps the sender (RFC 6120 section 8.1.2.1), and what was wrapped has been taken
 * off its own word only. In a room the room vouches: on the own server that is as good; elsewhere it is the room's word.
 */
export async function prove(raw: Uint8Array, context: Context): Promise<Proof> {
  const { room, occupant, stanza } = unpack(raw)
  const message = readXml(stanza)
  const from = readJid(message.attrs['from'] ?? '')
  if (room !== null) {
    if (!occupant?.real) return { level: 'unverified', evidence: [`Anybody can bear this name in the room ${room}.`] }
    return occupant.vouched ? { level: 'verified', evidence: [`The room ${room} on your own server says who it is.`] } : { level: 'weak', evidence: [`The room ${room} says who it is.`] }
  }
  const own = context.own.find(({ kind }) => kind === 'xmpp')?.address ?? ''
  const muc = message.getChild('x', ns.mucUser)
  if (muc?.getChild('invite')) return { level: 'unverified', evidence: ['A room has passed on this invitation; nothing proves who invites.'] }
  if (muc) return { level: 'unverified', evidence: ['Anybody can bear this name in a room.'] }
  if (!from || !from.bare.includes('@')) return { level: 'unverified', evidence: ['It comes from a machine or from nobody.'] }
  return { level: 'verified', evidence: [`The server ${own.slice(own.lastIndexOf('@') + 1)} says that it comes from ${from.bare}.`] }
}
