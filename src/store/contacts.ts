import type { Address } from '../model/incoming.ts'
import type { ChangeList } from '../model/event.ts'
import type { Contact, KnownAddress, NamedBy } from '../model/contact.ts'
import type { Wish } from '../model/wish.ts'
import { titlesChanged } from './conversations.ts'
import { noteLook } from './look-alikes.ts'
import { contactsThrough, touchContacts } from './paths.ts'
import type { Reader, Writer } from './tx.ts'

type ContactColumns = { id: number, name: string, named_by: NamedBy, friend: number, blocked: number, blocked_at: number | null, notes: string | null, via: string | null, redirect_to: number | null, rev: number, verified_only: number, pictures: number }
type AddressColumns = { id: number, kind: string, address: string, name: string | null, contact_id: number, verified_at: number | null, last_in_at: number | null, last_out_at: number | null }

const contactOf = (row: ContactColumns): Contact => ({
  id: row.id, name: row.name, namedBy: row.named_by, friend: row.friend === 1, blocked: row.blocked === 1, blockedAt: row.blocked_at, notes: row.notes, via: row.via === null ? null : JSON.parse(row.via), redirectTo: row.redirect_to, verifiedOnly: row.verified_only === 1, pictures: row.pictures === 1, rev: row.rev
})

const addressOf = (row: AddressColumns): KnownAddress => ({
  id: row.id, kind: row.kind, address: row.address, name: row.name, contactId: row.contact_id, verifiedAt: row.verified_at, lastInAt: row.last_in_at, lastOutAt: row.last_out_at
})

/** The contact, merged ones too (`redirectTo` then says into which); undefined when the user has none of that id. */
export function getContact(tx: Reader, userId: number, id: number): Contact | undefined {
  const row = tx.get<ContactColumns>('SELECT id, name, named_by, friend, blocked, blocked_at, notes, via, redirect_to, rev, verified_only, pictures FROM contact WHERE id = ? AND user_id = ?', id, userId)
  return row && contactOf(row)
}

/** Contacts by name then id, after the key of the page before; merged ones left out. */
export function listContacts(tx: Reader, userId: number, { afterId, limit, friends }: { afterId: number, limit: number, friends: boolean }): Contact[] {
  const rows = friends
    ? tx.all<ContactColumns>('SELECT id, name, named_by, friend, blocked, blocked_at, notes, via, redirect_to, rev, verified_only, pictures FROM contact WHERE user_id = ? AND friend = 1 AND redirect_to IS NULL AND id > ? ORDER BY id LIMIT ?', userId, afterId, limit)
    : tx.all<ContactColumns>('SELECT id, name, named_by, friend, blocked, blocked_at, notes, via, redirect_to, rev, verified_only, pictures FROM contact WHERE user_id = ? AND redirect_to IS NULL AND id > ? ORDER BY id LIMIT ?', userId, afterId, limit)
  return rows.map(contactOf)
}

export function addressesOf(tx: Reader, contactId: number): KnownAddress[] {
  return tx.all<AddressColumns>('SELECT id, kind, address, name, contact_id, verified_at, last_in_at, last_out_at FROM address WHERE contact_id = ? ORDER BY id', contactId).map(addressOf)
}

/** Known addresses of the user that equal this one. */
export function findAddress(tx: Reader, userId: number, { kind, address }: Address): KnownAddress | undefined {
  const row = tx.get<AddressColumns>('SELECT id, kind, address, name, contact_id, verified_at, last_in_at, last_out_at FROM address WHERE user_id = ? AND kind = ? AND address = ?', userId, kind, address)
  return row && addressOf(row)
}

/** Whose an address is, with what they are called ('': nobody has named them); undefined for one that nobody has. */
export function ownerOf(tx: Reader, userId: number, { kind, address }: Address): { id: number, name: string } | undefined {
  return tx.get('SELECT c.id, c.name FROM address a JOIN contact c ON c.id = a.contact_id WHERE a.user_id = ? AND a.kind = ? AND a.address = ?', userId, kind, address)
}

/** What contacts are called: their name, else the first of their addresses. */
export function namesOf(tx: Reader, userId: number, contactIds: readonly number[]): Map<number, string> {
  const rows = tx.all<{ id: number, name: string }>(
    "SELECT c.id, CASE WHEN c.name <> '' THEN c.name ELSE coalesce((SELECT a.address FROM address a WHERE a.contact_id = c.id ORDER BY a.id LIMIT 1), '') END AS name FROM json_each(?) asked CROSS JOIN contact c ON c.id = asked.value WHERE c.user_id = ?",
    JSON.stringify(contactIds), userId)
  return new Map(rows.map(({ id, name }) => [id, name]))
}

export function getAddress(tx: Reader, id: number): KnownAddress | undefined {
  const row = tx.get<AddressColumns>('SELECT id, kind, address, name, contact_id, verified_at, last_in_at, last_out_at FROM address WHERE id = ?', id)
  return row && addressOf(row)
}

/** A new contact without addresses. */
export function insertContact(tx: Writer, changes: ChangeList, userId: number, name: string, namedBy: NamedBy): Contact {
  const id = tx.nextId('contact')
  tx.run('INSERT INTO contact (id, user_id, name, named_by) VALUES (?, ?, ?, ?)', id, userId, name, namedBy)
  changes.add('contact.changed', id, 1)
  return { id, name, namedBy, friend: false, blocked: false, blockedAt: null, notes: null, via: null, redirectTo: null, verifiedOnly: false, pictures: false, rev: 1 }
}

/** Gives a contact an address that nobody has yet. */
export function insertAddress(tx: Writer, userId: number, contactId: number, { kind, address, name }: Address & { name?: string }): KnownAddress {
  const id = tx.nextId('address')
  tx.run('INSERT INTO address (id, user_id, kind, address, name, contact_id) VALUES (?, ?, ?, ?, ?, ?)', id, userId, kind, address, name ?? null, contactId)
  noteLook(tx, contactId)
  return { id, kind, address, name: name ?? null, contactId, verifiedAt: null, lastInAt: null, lastOutAt: null }
}

/**
 * The known address, or a new one with an unknown contact of its own: addresses never join a contact by name. The name may
 * be what somebody else calls them, so it stands only until they write themselves.
 */
export function ensureAddress(tx: Writer, changes: ChangeList, userId: number, named: Address & { name?: string }): KnownAddress {
  const known = findAddress(tx, userId, named)
  if (known) return known
  const contact = insertContact(tx, changes, userId, named.name ?? '', 'nobody')
  return insertAddress(tx, userId, contact.id, named)
}

/** Notes that a message came from, or went to, an address. Names the contact by its messages until the user does. */
export function noteSeen(tx: Writer, changes: ChangeList, address: KnownAddress, seen: { inAt?: number, outAt?: number, verifiedAt?: number, name?: string }): void {
  tx.run(
    'UPDATE address SET name = coalesce(?, name), last_in_at = max(coalesce(?, last_in_at), coalesce(last_in_at, 0)), last_out_at = max(coalesce(?, last_out_at), coalesce(last_out_at, 0)), verified_at = max(coalesce(?, verified_at), coalesce(verified_at, 0)) WHERE id = ?',
    seen.name ?? null, seen.inAt ?? null, seen.outAt ?? null, seen.verifiedAt ?? null, address.id
  )
  if (!seen.name) return
  // Asked first: an update that finds nothing costs as much as one that does, and mostly there is nothing to name.
  const nameless = tx.get("SELECT 1 FROM contact WHERE id = ? AND named_by = 'nobody' AND name <> ?", address.contactId, seen.name) !== undefined
  const named = nameless ? tx.get<{ rev: number }>("UPDATE contact SET name = ?, named_by = 'message', rev = rev + 1 WHERE id = ? RETURNING rev", seen.name, address.contactId) : undefined
  if (named) {
    noteLook(tx, address.contactId)
    changes.add('contact.changed', address.contactId, named.rev)
    titlesChanged(tx, changes, address.contactId)
    touchContacts(tx, changes, contactsThrough(tx, address.contactId))
  } else if (seen.name !== address.name) {
    // The name is part of the address that clients see of the contact.
    changes.add('contact.changed', address.contactId, tx.get<{ rev: number }>('UPDATE contact SET rev = rev + 1 WHERE id = ? RETURNING rev', address.contactId)!.rev)
  }
}

export type ContactPatch = { name?: string, friend?: boolean, blocked?: boolean, blockedAt?: number | null, notes?: string | null, via?: Wish | null, verifiedOnly?: boolean, pictures?: boolean, redirectTo?: number | null, namedBy?: NamedBy }

/** Writes the named fields and returns the new rev. */
export function updateContact(tx: Writer, changes: ChangeList, contact: Contact, patch: ContactPatch): number {
  const next = { ...contact, ...patch }
  const row = tx.get<{ rev: number }>(
    'UPDATE contact SET name = ?, named_by = ?, friend = ?, blocked = ?, blocked_at = ?, notes = ?, via = ?, redirect_to = ?, verified_only = ?, pictures = ?, rev = rev + 1 WHERE id = ? RETURNING rev',
    next.name, patch.name === undefined ? next.namedBy : patch.namedBy ?? 'user', Number(next.friend), Number(next.blocked), next.blockedAt, next.notes, next.via === null ? null : JSON.stringify(next.via), next.redirectTo, Number(next.verifiedOnly), Number(next.pictures), contact.id
  )!
  changes.add('contact.changed', contact.id, row.rev)
  if (next.friend || contact.friend) noteLook(tx, contact.id)
  // Who has no name is shown by an address, and those may have changed.
  if (next.name === '' || next.name !== contact.name || next.blocked !== contact.blocked) titlesChanged(tx, changes, contact.id)
  // Whoever is known through them shows their name, and is known through them only as long as they are a friend.
  if (next.name === '' || next.name !== contact.name || next.blocked !== contact.blocked || next.friend !== contact.friend || next.redirectTo !== contact.redirectTo) touchContacts(tx, changes, contactsThrough(tx, contact.id))
  return row.rev
}

/** Moves an address to another contact. Its messages follow by `regroup`. */
export function moveAddress(tx: Writer, addressId: number, contactId: number): void {
  const was = getAddress(tx, addressId)
  tx.run('UPDATE address SET contact_id = ? WHERE id = ?', contactId, addressId)
  noteLook(tx, contactId)
  if (was) noteLook(tx, was.contactId)
}
