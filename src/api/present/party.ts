import type { Named } from '../../model/incoming.ts'
import type { KnownAddress } from '../../model/contact.ts'
import type { MessageRow } from '../../model/message.ts'
import { publicId } from '../../model/ids.ts'
import { findAddress, getAddress, getContact } from '../../store/contacts.ts'
import type { Reader } from '../../store/tx.ts'
import type { Party } from '../objects.ts'

/** Who sent a message: with the contact, and the name that the user gave them, only where the address was believed. */
export function senderOf(tx: Reader, userId: number, message: MessageRow): Party {
  const { kind, address, raw } = message.sender
  const known = message.senderId === null ? undefined : getAddress(tx, message.senderId)
  const name = (known && getContact(tx, userId, known.contactId)?.name) || message.sender.name
  const warnings = message.because.warnings
  return {
    kind, address: address ?? raw.slice(0, 320), ...(name ? { name } : {}), ...(known ? { contactId: publicId('contact', known.contactId) } : {}),
    ...(message.proof ? { proof: message.proof } : {}), ...(warnings?.length ? { warnings } : {})
  }
}

/** Somebody that a message names, with their contact where the address is known. */
export function partyOf(tx: Reader, userId: number, { kind, address, name: written }: Named): Party {
  const known = findAddress(tx, userId, { kind, address })
  const name = (known && getContact(tx, userId, known.contactId)?.name) || written
  return { kind, address, ...(name ? { name } : {}), ...(known ? { contactId: publicId('contact', known.contactId) } : {}) }
}

/** An address that a contact owns. */
export function ownedBy({ kind, address, name }: KnownAddress): Party {
  return { kind, address, ...(name ? { name } : {}) }
}
