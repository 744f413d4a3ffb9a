import type { Address, Context, Incoming, IncomingAttachment, IncomingMessage, Sender, Within } from '#connector'
import type { Element } from '@xmpp/client'
import { roomPlace, unpack } from './envelope.ts'
import type { Envelope } from './envelope.ts'
import { bareJid, readJid } from './jid.ts'
import { ns } from './names.ts'
import { idOf, saidBy } from './said.ts'
import type { Said } from './said.ts'
import { bounceWords } from './words.ts'
import { readXml } from './xml.ts'

/** Reads a recorded stanza. Pure. Throws an Error with words for content that is none. */
export async function parse(raw: Uint8Array, context: Context): Promise<Incoming[]> {
  const envelope = unpack(raw)
  const message = readXml(envelope.stanza)
  if (message.name !== 'message') throw new Error('This stanza is no message.')
  const own = context.own.find(({ kind }) => kind === 'xmpp')?.address ?? ''
  return understand(message, saidBy(message), envelope, own)
}

function understand(message: Element, said: Said, envelope: Envelope, own: string): Incoming[] {
  const { sender, direction, peer } = partiesOf(message, envelope, own)
  const within: Within = envelope.room === null ? { peer } : { room: envelope.room }
  // In rooms messages are named by the archive's id, for a sender's own one could be anybody's (0424, 0444).
  const target = (id: string) => envelope.room === null ? { messageId: id } : { remoteId: roomPlace(envelope.room, id) }
  const base = (): IncomingMessage => ({
    type: 'message', sender, recipients: recipientsOf(envelope, direction, own, peer), direction, text: '', attachments: [], references: [],
    ...(idOf(message) === null ? {} : { messageId: idOf(message)! }),
    ...(envelope.room === null ? {} : { room: { id: envelope.room, ...(envelope.roomName ? { name: envelope.roomName } : {}) } })
  })
  switch (said.type) {
    case 'text': {
      const attachments = attachmentsOf(envelope)
      const urls = new Set((envelope.files ?? []).flatMap((file) => 'failed' in file ? [] : [file.url]))
      const text = said.text.split('\n').filter((line) => !urls.has(line.trim())).join('\n').trimEnd()
      return [{ ...base(), text: attachments.length > 0 ? text : said.text, attachments, ...(said.replaces === null ? {} : { replaces: { messageId: said.replaces } }) }]
    }
    case 'encrypted':
      // Its sender is proven all the same, so it is a message like others.
      return [{ ...base(), text: '[This message is encrypted for your other devices (OMEMO). Read it there, or ask its sender to write without.]' }]
    case 'invitation': {
      const room = readJid(said.room)?.bare
      const by = said.by === null ? sender : peopleSender(said.by)
      return room === undefined ? [] : [{ ...base(), sender: by, automatic: 'invitation', text: `An invitation to the room ${room}.${said.reason ? ` "${said.reason.slice(0, 500)}"` : ''} To enter it, add it to the rooms of this account.` }]
    }
    case 'reaction':
      return [{ type: 'reaction', target: target(said.to), within, sender, direction, emoji: said.emoji }]
    case 'retraction':
      return [{ type: 'retraction', target: target(said.of), within, sender, direction }]
    case 'receipt':
      // In a room everybody could say so; what the user has read on another device is read here too.
      if (envelope.room !== null) return direction === 'out' && said.status === 'read' ? [{ type: 'seen', target: target(said.of), within }] : []
      if (direction === 'out') return said.status === 'read' ? [{ type: 'seen', target: target(said.of), within }] : []
      return [{ type: 'receipt', attempt: said.of, recipient: peer, status: said.status }]
    case 'bounce': {
      const from = readJid(message.attrs['from'] ?? '')
      return [{ type: 'receipt', attempt: said.of, ...(from ? { recipient: { kind: 'xmpp', address: from.bare } } : {}), status: 'failed', error: bounceWords(message) }]
    }
    default:
      return []
  }
}

/** Who speaks to whom. `peer` is the other side, whoever speaks. */
export function partiesOf(message: Element, { room, occupant }: Pick<Envelope, 'room' | 'occupant'>, own: string): { sender: Sender, direction: 'in' | 'out', peer: Address } {
  const from = readJid(message.attrs['from'] ?? own)
  if (room !== null) {
    const me = occupant?.me === true
    const sender: Sender = me ? { kind: 'xmpp', address: own, raw: own } : occupantSender(message, room, occupant?.real ?? null)
    return { sender, direction: me ? 'out' : 'in', peer: { kind: 'xmpp-room', address: room } }
  }
  const direction = from?.bare === own ? 'out' : 'in'
  const other = direction === 'out' ? readJid(message.attrs['to'] ?? own) : from
  // A private word within a room: behind the room's address there could be anybody.
  const whisper = other?.resource && message.getChild('x', ns.mucUser) && !message.getChild('x', ns.mucUser)?.getChild('invite')
  const peer: Address = whisper ? { kind: 'xmpp-occupant', address: `${other.bare}/${other.resource}` } : { kind: 'xmpp', address: other?.bare ?? '' }
  if (direction === 'out') return { sender: { kind: 'xmpp', address: own, raw: own }, direction, peer }
  const nick = message.getChildText('nick', ns.nick)?.trim().slice(0, 100)
  const address = whisper ? peer.address : bareJid(peer.address)
  return { sender: { kind: peer.kind, address, raw: peer.address || (message.attrs['from'] ?? ''), ...(nick ? { name: nick } : {}) }, direction, peer }
}

function occupantSender(message: Element, room: string, real: string | null): Sender {
  const nick = readJid(message.attrs['from'] ?? '')?.resource ?? ''
  if (real !== null) return { kind: 'xmpp', address: real, raw: real, ...(nick ? { name: nick.slice(0, 100) } : {}) }
  return nick === '' ? { kind: 'xmpp-occupant', address: null, raw: room } : { kind: 'xmpp-occupant', address: `${room}/${nick}`, raw: `${room}/${nick}`, name: nick.slice(0, 100) }
}

function peopleSender(text: string): Sender {
  const bare = readJid(text)?.bare ?? null
  return { kind: 'xmpp', address: bare === null ? null : bareJid(bare), raw: text.slice(0, 1000) }
}

function recipientsOf({ room }: Envelope, direction: 'in' | 'out', own: string, peer: Address): IncomingMessage['recipients'] {
  if (room !== null) return [{ kind: 'xmpp-room', address: room, role: 'to' }]
  return [direction === 'out' ? { ...peer, role: 'to' } : { kind: 'xmpp', address: own, role: 'to' }]
}

function attachmentsOf({ files = [] }: Envelope): IncomingAttachment[] {
  return files.flatMap((file) => 'failed' in file ? [] : [{ name: file.name, contentType: file.contentType, content: new Uint8Array(Buffer.from(file.base64, 'base64')), inline: false }])
}
