import type { Named } from '../../model/incoming.ts'
import type { KnownAddress } from '../../model/contact.ts'
import type { MessageRow } from '../../model/message.ts'
import { publicId } from '../../model/ids.ts'
import { ownerOf } from '../../store/contacts.ts'
import type { Reader } from '../../store/tx.ts'
import type { Party } from '../objects.ts'

/** Who sent a message: with the contact, and the name that the user gave them, only where the address was believed. */
export function senderOf({ sender: { kind, address, raw, name: written }, contact, proof, warnings }: Pick<MessageRow, 'sender' | 'proof'> & { contact: { id: number, name: string } | null, warnings: string[] | undefined }): Party {
  const name = contact?.name || written
  return {
    kind, address: address ?? raw.slice(0, 320), ...(name ? { name } : {}), ...(contact ? { contactId: publicId('contact', contact.id) } : {}),
    ...(proof ? { proof } : {}), ...(warnings?.length ? { warnings } : {})
  }
}

/** Somebody that a message names, with their contact where the address is known. */
export type PartyOf = (named: Named) => Party

/** Looks up whom messages name, each address once: good for as long as its read. */
export function partiesIn(tx: Reader, userId: number): PartyOf {
  const owners = new Map<string, { id: number, name: string } | undefined>()
  return ({ kind, address, name: written }) => {
    const key = kind + ' ' + address
    let owner = owners.get(key)
    if (!owner && !owners.has(key)) owners.set(key, owner = ownerOf(tx, userId, { kind, address }))
    const name = owner?.name || written
    return { kind, address, ...(name ? { name } : {}), ...(owner ? { contactId: publicId('contact', owner.id) } : {}) }
  }
}

/** An address that a contact owns. */
export function ownedBy({ kind, address, name }: KnownAddress): Party {
  return { kind, address, ...(name ? { name } : {}) }
}
