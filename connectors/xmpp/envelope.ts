import { createHash } from 'node:crypto'
import { remoteId } from '#connector'
import type { RemoteId } from '#connector'

/** A file that a stanza points to, as it was fetched; `failed`: why it was not. */
export type FetchedFile = { url: string, name: string, contentType: string, base64: string } | { url: string, failed: string }

/** What is kept of a stanza: its text without the server's wrapping, and what the server said around it. */
export type Envelope = {
  /** The room it was said in; null: between two people. */
  room: string | null
  /** The room's name. */
  roomName?: string
  /** What the archive calls it; null: it is in none. */
  archiveId: string | null
  way: 'live' | 'carbon' | 'archive'
  /** Rooms: who is behind the nickname, by the room's word; `me`: the user. */
  occupant?: { real: string | null, vouched: boolean, me: boolean }
  files?: FetchedFile[]
  stanza: string
}

export function pack(envelope: Envelope): Uint8Array {
  return Buffer.from(JSON.stringify(envelope))
}

/** Throws an Error where the bytes are none of `pack`. */
export function unpack(raw: Uint8Array): Envelope {
  const envelope = JSON.parse(Buffer.from(raw).toString('utf8')) as Partial<Envelope> | null
  if (typeof envelope !== 'object' || envelope === null || typeof envelope.stanza !== 'string') throw new Error('This is no recorded stanza.')
  return { room: null, archiveId: null, way: 'live', ...envelope, stanza: envelope.stanza }
}

/** What a mark needs to know of a message that is to be marked as read. */
export type Place = { room: string | null, peer: string, archiveId: string, messageId: string | null }

/**
 * The name of a place: the same whenever and by whatever way a message comes. Between two people it bears, where the sender wants to hear of
 * it, the id that a mark of reading names.
 */
export function placeOf({ room, peer, archiveId, messageId }: Place): RemoteId {
  const id = archiveId.length <= 100 ? archiveId : 'sha256:' + createHash('sha256').update(archiveId).digest('hex')
  const who = peer.length <= 200 ? peer : 'sha256:' + createHash('sha256').update(peer).digest('hex')
  return remoteId(room === null ? JSON.stringify(['chat', who, id, ...(messageId !== null && messageId.length <= 100 ? [messageId] : [])]) : roomPlace(room, archiveId))
}

/** Others name a message of a room by what its archive calls it. */
export function roomPlace(room: string, archiveId: string): RemoteId {
  return remoteId(JSON.stringify(['room', room.slice(0, 250), archiveId.length <= 100 ? archiveId : 'sha256:' + createHash('sha256').update(archiveId).digest('hex')]))
}

/** null where nobody can be told about it. */
export function readPlace(place: RemoteId): { to: string, id: string, type: 'chat' | 'groupchat' } | null {
  try {
    const [kind, peer, archiveId, messageId] = JSON.parse(place) as string[]
    if (kind === 'chat' && peer && messageId) return { to: peer, id: messageId, type: 'chat' }
    if (kind === 'room' && peer && archiveId) return { to: peer, id: archiveId, type: 'groupchat' }
    return null
  } catch {
    return null
  }
}
