import type { Address } from '../model/incoming.ts'
import type { ChangeList } from '../model/event.ts'
import type { Contact } from '../model/contact.ts'
import { foldMessages, keepMessages } from '../store/block.ts'
import { addressesOf, findAddress, getContact, insertAddress, insertContact, moveAddress, updateContact } from '../store/contacts.ts'
import { regroup } from '../store/strands.ts'
import type { Writer } from '../store/tx.ts'
import { reroute } from './reroute.ts'

/** Gives a contact an address; messages from and to it come into their conversation. What it leaves behind without an address redirects here. */
export function link(tx: Writer, changes: ChangeList, userId: number, contact: Contact, address: Address): void {
  const known = findAddress(tx, userId, address)
  if (known?.contactId === contact.id) return
  if (!known) insertAddress(tx, userId, contact.id, address)
  else {
    const owner = getContact(tx, userId, known.contactId)!
    moveAddress(tx, known.id, contact.id)
    if (addressesOf(tx, owner.id).length === 0) updateContact(tx, changes, owner, { redirectTo: contact.id })
    else updateContact(tx, changes, owner, {})
    regroup(tx, changes, userId, [known.id])
    // With somebody who is not blocked it is in sight, so nothing of it is purged.
    if (owner.blocked && !contact.blocked) keepMessages(tx, changes, contact.id)
    if (contact.blocked) foldMessages(tx, changes, contact.id)
    // Whoever was known through this address, or by it, is so no more with them.
    reroute(tx, changes, userId, owner.id)
  }
  updateContact(tx, changes, contact, {})
  reroute(tx, changes, userId, contact.id)
}

/** Takes an address from a contact; it becomes an unknown contact of its own. False when it is not theirs, or their only one. */
export function unlink(tx: Writer, changes: ChangeList, userId: number, contact: Contact, address: Address): boolean {
  const known = findAddress(tx, userId, address)
  if (known?.contactId !== contact.id || addressesOf(tx, contact.id).length < 2) return false
  const alone = insertContact(tx, changes, userId, known.name ?? '', known.name ? 'message' : 'nobody')
  moveAddress(tx, known.id, alone.id)
  regroup(tx, changes, userId, [known.id])
  updateContact(tx, changes, contact, {})
  for (const id of [alone.id, contact.id]) reroute(tx, changes, userId, id)
  return true
}
