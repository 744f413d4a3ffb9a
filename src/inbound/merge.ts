import type { ChangeList } from '../model/event.ts'
import type { Contact } from '../model/contact.ts'
import { addressesOf, getContact, moveAddress, updateContact } from '../store/contacts.ts'
import { getMerge, insertMerge, laterMerge, restoreMerge } from '../store/merges.ts'
import { conversationWith } from '../store/conversations.ts'
import { regroup } from '../store/strands.ts'
import type { Writer } from '../store/tx.ts'
import { reroute } from './reroute.ts'

/** Why people could not be joined or parted: the api says it in its own words. */
export type Refused = { refused: 'not-found' | 'same' | 'undone' | 'later-merge' }

/**
 * Joins contacts into the first of them. Their strands come under one conversation; no message is rewritten. A friend stays
 * a friend. How everything was is kept, so that `unmerge` puts it back.
 */
export function merge(tx: Writer, changes: ChangeList, userId: number, ids: number[], now: number): { contactId: number, mergeId: number } | Refused {
  const contacts = ids.map((id) => getContact(tx, userId, id))
  if (contacts.some((contact) => !contact || contact.redirectTo !== null)) return { refused: 'not-found' }
  if (new Set(ids).size !== ids.length || ids.length < 2) return { refused: 'same' }
  const [first, ...others] = contacts as [Contact, ...Contact[]]
  const mergeId = insertMerge(tx, userId, first.id, ids, now)
  const moved = others.flatMap(({ id }) => addressesOf(tx, id).map((address) => address.id))
  for (const id of moved) moveAddress(tx, id, first.id)
  for (const contact of others) updateContact(tx, changes, contact, { redirectTo: first.id })
  const named = [first, ...others].find(({ namedBy }) => namedBy === 'user') ?? [first, ...others].find(({ name }) => name !== '') ?? first
  updateContact(tx, changes, first, { friend: contacts.some((contact) => contact!.friend), name: named.name, namedBy: named.namedBy })
  regroup(tx, changes, userId, moved)
  reroute(tx, changes, userId, first.id)
  return { contactId: first.id, mergeId }
}

/** Parts what a merge joined: each message is back with the contact whose address it came from or went to, also those of the time between. */
export function unmerge(tx: Writer, changes: ChangeList, userId: number, mergeId: number, now: number): { contactIds: number[] } | Refused {
  const found = getMerge(tx, userId, mergeId)
  if (!found) return { refused: 'not-found' }
  if (found.undoneAt !== null) return { refused: 'undone' }
  if (laterMerge(tx, userId, found) !== undefined) return { refused: 'later-merge' }
  restoreMerge(tx, changes, found, now)
  regroup(tx, changes, userId, found.addressIds)
  for (const id of found.contactIds) if (conversationWith(tx, userId, id)) reroute(tx, changes, userId, id)
  return { contactIds: found.contactIds }
}
