import type { KnownAddress, Contact } from '../model/contact.ts'
import type { IncomingMessage } from '../model/incoming.ts'
import type { Path } from '../model/path.ts'
import type { Proof } from '../model/proof.ts'
import { groupLimit } from '../model/strand.ts'
import { ensureAddress, getAddress, getContact } from '../store/contacts.ts'
import { addNeighbour, sentHere, sharedWith } from '../store/neighbours.ts'
import { addPath, addSpeaker, pathsTo, speakersOf, touchContacts } from '../store/paths.ts'
import type { Reader } from '../store/tx.ts'
import type { Unit } from './arrive.ts'
import type { Trust } from './trust.ts'

/**
 * Through whom the user knows the sender of a message: by what was noted, or by the shared list of a friend on this server.
 * `addressId` is 0 where that is news, to be noted by `introduce`.
 */
export function pathOf(tx: Reader, userId: number, { sharing }: Trust, contact: Contact | undefined, sender: { kind: string, address: string | null }): Path | null {
  const known = contact && pathsTo(tx, contact.id)[0]
  if (known) return known
  if (sharing.length === 0 || sender.address === null) return null
  const [viaId] = sharedWith(tx, userId, { kind: sender.kind, address: sender.address })
  const via = viaId === undefined ? undefined : getAddress(tx, viaId)
  const friend = via && getContact(tx, userId, via.contactId)
  return via && friend ? { addressId: 0, viaId: via.id, contactId: friend.id, name: friend.name || via.address, kind: 'shared', about: '', at: 0 } : null
}

export type Introduction = { message: IncomingMessage, proof: Proof, from: KnownAddress | null, at: number, strand: { id: number, room: boolean, title: string }, path: Path | null }

/**
 * Notes whom a message makes known. Only what is wholly proven counts, and of a mail only those recipients whom its sender has signed: anybody
 * could add one to a mail of Alice and send it on. What machines send and what goes to very many introduces nobody, and neither does a name in a text.
 */
export function introduce(unit: Unit, { message, proof, from, at, strand, path }: Introduction): void {
  const { tx, changes, account } = unit
  if (strand.room) return spoken(unit, from, message.direction, proof, strand, at)
  if (!from || message.direction === 'out') return
  if (path?.addressId === 0 && addPath(tx, { ...path, addressId: from.id, at })) touchContacts(tx, changes, [from.contactId])
  if (proof.level !== 'verified') return
  if (message.messageId !== undefined) for (const other of unit.trust.sharing) if (sentHere(tx, other, message.messageId, from)) addNeighbour(tx, account.userId, from.id, other)
  if (message.list || (message.automatic && message.automatic !== 'invitation')) return
  const friend = getContact(tx, account.userId, from.contactId)
  if (!friend?.friend || friend.blocked) return
  const others = message.recipients.filter(({ kind, address }) => !unit.own.has(`${kind}:${address}`) && !(kind === from.kind && address === from.address))
  if (others.length > groupLimit) return
  for (const other of others) {
    if (other.role === 'bcc' || !proof.covers?.includes(other.role)) continue
    const known = ensureAddress(tx, changes, account.userId, other)
    if (known.contactId !== friend.id && addPath(tx, { addressId: known.id, viaId: from.id, kind: 'cc', about: '', at })) touchContacts(tx, changes, [known.contactId])
  }
}

/** Who writes in a room where the user writes too, and a friend, is known through that friend. Very many in one room are a public place. */
function spoken({ tx, changes, account }: Unit, from: KnownAddress | null, direction: 'in' | 'out', proof: Proof, { id, title }: Introduction['strand'], at: number): void {
  if (direction === 'in' && (!from || proof.level !== 'verified')) return
  if (!addSpeaker(tx, id, direction === 'out' ? 0 : from!.id)) return
  const all = speakersOf(tx, id, groupLimit + 2)
  if (!all.includes(0) || all.length > groupLimit + 1) return
  const people = all.flatMap((addressId) => addressId === 0 ? [] : [getAddress(tx, addressId)!]).map((address) => ({ address, contact: getContact(tx, account.userId, address.contactId)! }))
  for (const via of people) {
    if (!via.contact.friend || via.contact.blocked) continue
    for (const { address } of people) {
      if (address.contactId === via.contact.id) continue
      if (addPath(tx, { addressId: address.id, viaId: via.address.id, kind: 'group', about: title, at })) touchContacts(tx, changes, [address.contactId])
    }
  }
}
