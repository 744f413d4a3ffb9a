import { mergeCards } from '../model/book.ts'
import type { BookCard } from '../model/book.ts'
import type { Contact } from '../model/contact.ts'
import type { Address, IncomingCards, IncomingContact } from '../model/incoming.ts'
import { cardsBut, findCard, hasMessages, putCard, removeCard } from '../store/book-cards.ts'
import type { CardRow } from '../store/book-cards.ts'
import { addressesOf, ensureAddress, findAddress, getContact, insertAddress, moveAddress, updateContact } from '../store/contacts.ts'
import { forgetContact } from '../store/forget.ts'
import { setPhoto } from '../store/photos.ts'
import { regroup } from '../store/strands.ts'
import type { Reader } from '../store/tx.ts'
import type { Unit } from './arrive.ts'
import { unlink } from './link.ts'
import { reroute } from './reroute.ts'

/** What is needed of a Unit: an import has no batch. */
export type Taking = Pick<Unit, 'tx' | 'changes'> & { account: { id: number, userId: number } }

/**
 * Somebody from an address book that the user asked to take in. Their addresses become one contact, by exactly the same address
 * only; an address that the user gave to somebody else stays where it is. Where the book is kept in step, what both sides have
 * changed since they were last the same is joined. Returns the contact; null: nobody could be made of it.
 */
export function takeContact(unit: Taking, incoming: IncomingContact): number | null {
  const { tx, account: { id: accountId, userId } } = unit
  const known = incoming.card && findCard(tx, accountId, incoming.card.remoteId)
  if (incoming.unreadable !== undefined || incoming.addresses.length === 0 || (known && known.version === incoming.card!.version)) return null
  // Deleted here and changed there meanwhile: it is taken in anew, since a change says that somebody still wants them.
  const before = known?.contactId == null ? undefined : standing(tx, userId, known.contactId)
  const contact = before ?? homeOf(unit, incoming)
  const there: BookCard = { name: incoming.name, addresses: incoming.addresses, notes: incoming.notes ?? null }
  const kinds = incoming.card?.kinds ?? incoming.addresses.map(({ kind }) => kind)
  // Somebody who was joined into them has more than this card says: only what the card gained counts.
  const joinedAway = before !== undefined && before.id !== known!.contactId
  const here = { ...viewOf(tx, contact, kinds), name: contact.namedBy === 'user' ? contact.name : '' }
  const wanted = joinedAway ? { ...here, addresses: there.addresses } : incoming.card ? mergeCards(before ? known!.base : null, here, there) : { ...here, name: here.name || there.name, notes: here.notes ?? there.notes }
  takeAddresses(unit, contact.id, incoming.card ? wanted.addresses : there.addresses, incoming.name)
  if (before && !joinedAway) for (const address of known!.base.addresses) if (!has(wanted.addresses, address)) unlink(tx, unit.changes, userId, getContact(tx, userId, contact.id)!, address)
  write(unit, getContact(tx, userId, contact.id)!, wanted, { friend: incoming.friend !== false && !before, photo: incoming.photo })
  reroute(tx, unit.changes, userId, contact.id)
  const now = getContact(tx, userId, contact.id)!
  if (incoming.card) {
    const view = viewOf(tx, now, kinds)
    putCard(tx, {
      accountId, remoteId: incoming.card.remoteId, version: incoming.card.version, contactId: before ? known!.contactId : now.id, contactRev: sameAs(view, there) ? now.rev : 0,
      base: { ...there, addresses: there.addresses.filter((address) => has(view.addresses, address)) }, befriended: before ? known!.befriended : now.friend && !contact.friend
    })
  }
  return now.id
}

/** A card is gone from its book: what came by it goes, and whoever something was exchanged with stays, with all messages. */
export function cardGone(unit: Taking, remoteId: string): void {
  const card = findCard(unit.tx, unit.account.id, remoteId)
  if (card) gone(unit, card)
}

/** The same for every card that is not there any more. */
export function cardsLeft(unit: Taking, { present }: IncomingCards): void {
  for (const card of cardsBut(unit.tx, unit.account.id, present)) gone(unit, card)
}

function gone({ tx, changes, account: { id, userId } }: Taking, { remoteId, contactId, befriended, base }: CardRow): void {
  removeCard(tx, id, remoteId)
  const contact = contactId === null ? undefined : getContact(tx, userId, contactId)
  if (!contact || contact.redirectTo !== null) return
  if (!hasMessages(tx, contact.id) && (befriended || !contact.friend) && (contact.notes ?? base.notes ?? null) === (base.notes ?? null)) return forgetContact(tx, changes, userId, contact.id)
  if (befriended && contact.friend) {
    updateContact(tx, changes, contact, { friend: false })
    reroute(tx, changes, userId, contact.id)
  }
}

/** Who a contact is now, after merges. */
function standing(tx: Reader, userId: number, id: number): Contact | undefined {
  let contact = getContact(tx, userId, id)
  for (let hops = 0; contact?.redirectTo != null && hops < 100; hops++) contact = getContact(tx, userId, contact.redirectTo)
  return contact
}

/** What a card would say of a contact. */
export function viewOf(tx: Reader, contact: Contact, kinds: readonly string[]): BookCard {
  const addresses = addressesOf(tx, contact.id).filter(({ kind }) => kinds.includes(kind)).map(({ kind, address }) => ({ kind, address }))
  return { name: contact.name || addresses[0]?.address || '', addresses, notes: contact.notes }
}

const has = (all: readonly Address[], { kind, address }: Address) => all.some((one) => one.kind === kind && one.address === address)
const sameAs = (one: BookCard, other: BookCard) => one.name === other.name && (one.notes ?? '') === (other.notes ?? '') && one.addresses.length === other.addresses.length && one.addresses.every((address) => has(other.addresses, address))

/** Whose card it is: somebody whom the user has named, before one who only wrote; else somebody new. */
function homeOf({ tx, changes, account: { userId } }: Taking, { name, addresses }: IncomingContact): Contact {
  const owners = addresses.flatMap((address) => findAddress(tx, userId, address)?.contactId ?? []).map((id) => getContact(tx, userId, id)!)
  return owners.find(({ namedBy }) => namedBy === 'user') ?? owners[0] ?? getContact(tx, userId, ensureAddress(tx, changes, userId, { ...addresses[0]!, name }).contactId)!
}

function takeAddresses({ tx, changes, account: { userId } }: Taking, contactId: number, addresses: readonly Address[], name: string): void {
  const before = addressesOf(tx, contactId).length
  const moved: number[] = []
  for (const address of addresses) {
    const known = findAddress(tx, userId, address)
    if (!known) insertAddress(tx, userId, contactId, { ...address, name })
    else if (known.contactId !== contactId) {
      const owner = getContact(tx, userId, known.contactId)!
      const contact = getContact(tx, userId, contactId)!
      if (isSpokenOf(owner, contact) || addressesOf(tx, owner.id).length > 1) continue
      moveAddress(tx, known.id, contactId)
      updateContact(tx, changes, owner, { redirectTo: contactId })
      if (owner.friend && !contact.friend) updateContact(tx, changes, contact, { friend: true })
      moved.push(known.id)
    }
  }
  // Addresses are part of what is shown of a contact.
  if (addressesOf(tx, contactId).length !== before) updateContact(tx, changes, getContact(tx, userId, contactId)!, {})
  if (moved.length) regroup(tx, changes, userId, moved)
}

/** What the user has said about somebody is about them alone: a book does not unblock one, nor block another, nor lose what was noted. */
function isSpokenOf({ namedBy, blocked, notes, via, verifiedOnly }: Contact, into: Contact): boolean {
  return namedBy === 'user' || blocked !== into.blocked || notes !== null || via !== null || (verifiedOnly && !into.verifiedOnly)
}

function write({ tx, changes }: Taking, contact: Contact, { name, notes }: BookCard, { friend, photo }: { friend: boolean, photo?: IncomingContact['photo'] }): void {
  const pictured = photo !== undefined && setPhoto(tx, contact.id, { type: photo.contentType, bytes: photo.content })
  const named = name !== '' && (name !== contact.name || contact.namedBy !== 'user')
  const befriended = friend && !contact.friend && !contact.blocked
  if (named || pictured || befriended || notes !== contact.notes) updateContact(tx, changes, contact, { ...(named ? { name } : {}), notes, ...(befriended ? { friend: true } : {}) })
}
