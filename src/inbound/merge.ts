import type { ChangeList } from '../model/event.ts'
import type { Contact } from '../model/contact.ts'
import { joined, replayed } from '../model/merging.ts'
import type { Standing } from '../model/merging.ts'
import { foldMessages, keepMessages } from '../store/block.ts'
import { addressesOf, getAddress, getContact, moveAddress, updateContact } from '../store/contacts.ts'
import { dropFromMerges, getMerge, insertMerge, laterMerges, markUndone, reviveConversations, rewriteMerge } from '../store/merges.ts'
import type { Merge } from '../store/merges.ts'
import { titlesChanged } from '../store/conversations.ts'
import { regroup } from '../store/strands.ts'
import type { Writer } from '../store/tx.ts'
import { reroute } from './reroute.ts'

/** Why people could not be joined or parted: the api says it in its own words. */
export type Refused = { refused: 'not-found' | 'same' | 'undone' }

const standingOf = ({ name, namedBy, friend, notes, via }: Contact): Standing => ({ name, named_by: namedBy, friend: Number(friend), notes, via: via && JSON.stringify(via) })
const patchOf = ({ name, named_by, friend, notes, via }: Standing) => ({ name, namedBy: named_by, friend: friend === 1, notes, via: via === null ? null : JSON.parse(via) })

/**
 * Joins contacts into the first of them. Their strands come under one conversation; no message is rewritten. A friend stays
 * a friend, and notes and the preferred way are kept. How everything was is logged, so that `unmerge` puts it back.
 */
export function merge(tx: Writer, changes: ChangeList, userId: number, ids: number[], now: number): { contactId: number, mergeId: number } | Refused {
  const contacts = ids.map((id) => getContact(tx, userId, id))
  if (contacts.some((contact) => !contact || contact.redirectTo !== null)) return { refused: 'not-found' }
  if (new Set(ids).size !== ids.length || ids.length < 2) return { refused: 'same' }
  const [first, ...others] = contacts as [Contact, ...Contact[]]
  const after = joined([first, ...others].map(standingOf))
  const mergeId = insertMerge(tx, userId, first.id, ids, after, now)
  const moved = others.flatMap(({ id }) => addressesOf(tx, id).map((address) => address.id))
  for (const id of moved) moveAddress(tx, id, first.id)
  for (const contact of others) updateContact(tx, changes, contact, { redirectTo: first.id })
  updateContact(tx, changes, first, { ...patchOf(after), verifiedOnly: contacts.some((contact) => contact?.verifiedOnly), pictures: contacts.every((contact) => contact?.pictures) })
  regroup(tx, changes, userId, moved)
  if (first.blocked) foldMessages(tx, changes, first.id)
  reroute(tx, changes, userId, first.id)
  // With somebody who is not blocked it is in sight, so nothing of it is purged.
  if (!first.blocked && others.some(({ blocked }) => blocked)) keepMessages(tx, changes, first.id)
  return { contactId: first.id, mergeId }
}

/**
 * Parts what a merge joined, in any order with others: each message is back with the contact whose address it came from or went
 * to, also those of the time between. What the user did with the joined contact since stays: an address that went to somebody
 * else, a new name, a friendship that ended.
 */
export function unmerge(tx: Writer, changes: ChangeList, userId: number, mergeId: number, now: number): { contactIds: number[] } | Refused {
  const found = getMerge(tx, userId, mergeId)
  if (!found) return { refused: 'not-found' }
  if (found.undoneAt !== null) return { refused: 'undone' }
  markUndone(tx, mergeId, now)
  const root = rootOf(tx, userId, found.contactId, mergeId)
  const [first, ...others] = found.contacts as [Merge['contacts'][number], ...Merge['contacts']]
  const after = found.after ?? joined(found.contacts)
  const ended = after.friend === 1 && !getContact(tx, userId, root)!.friend
  const freed: number[] = []
  for (const was of others) {
    for (const { id } of found.addresses.filter(({ contact_id }) => contact_id === was.id)) {
      if (getAddress(tx, id)?.contactId !== root) continue
      moveAddress(tx, id, was.id)
      freed.push(id)
    }
    const { id, name, named_by: namedBy, friend, blocked, blocked_at: blockedAt } = was
    updateContact(tx, changes, getContact(tx, userId, id)!, { name, namedBy, friend: friend === 1 && !ended, blocked: blocked === 1, blockedAt, ...('notes' in was ? { notes: was.notes, via: was.via === null ? null : JSON.parse(was.via) } : {}), redirectTo: null })
  }
  const otherIds = others.map(({ id }) => id)
  dropFromMerges(tx, userId, mergeId, freed)
  replay(tx, changes, userId, { contactId: found.contactId, after: mergeId, made: after, now: { notes: after.notes, via: after.via, ...standing(first) } })
  const beside = reviveConversations(tx, changes, userId, found, { freed: otherIds, last: laterMerges(tx, userId, mergeId, [found.contactId]).length === 0, rootOf: (id) => rootOf(tx, userId, id, 0) })
  regroup(tx, changes, userId, [...new Set([...freed, ...beside])])
  for (const id of [root, ...otherIds]) {
    titlesChanged(tx, changes, id)
    if (getContact(tx, userId, id)!.blocked) foldMessages(tx, changes, id)
    reroute(tx, changes, userId, id)
  }
  return { contactIds: found.contacts.map(({ id }) => id).sort((a, b) => a - b) }
}

/** What merges of an earlier version say nothing of is left as it is. */
function standing({ name, named_by, friend, ...more }: Merge['contacts'][number]): Pick<Standing, 'name' | 'named_by' | 'friend'> & Partial<Standing> {
  return { name, named_by, friend, ...('notes' in more ? { notes: more.notes, via: more.via } : {}) }
}

/** Who a contact is by the merges after one of them that are not undone. Not by links: what the user gave to somebody else is theirs. */
function rootOf(tx: Writer, userId: number, contactId: number, after: number): number {
  let root = contactId
  let at = after
  for (;;) {
    const next = laterMerges(tx, userId, at, [root]).find((merge) => merge.contactId !== root)
    if (!next) return root
    root = next.contactId
    at = next.id
  }
}

/** Takes the effect of an undone merge out of the later ones, and in the end out of the contact that stands. */
function replay(tx: Writer, changes: ChangeList, userId: number, { contactId, after, made, now }: { contactId: number, after: number, made: Standing, now: Standing }): void {
  const [next] = laterMerges(tx, userId, after, [contactId])
  if (!next) {
    const contact = getContact(tx, userId, contactId)!
    return void updateContact(tx, changes, contact, patchOf(replayed(standingOf(contact), made, now)))
  }
  const stood = replayed(next.contacts.find(({ id }) => id === contactId)!, made, now)
  const remade = joined(next.contacts.map((one) => one.id === contactId ? stood : one))
  rewriteMerge(tx, next.id, contactId, stood, remade)
  replay(tx, changes, userId, { contactId: next.contactId, after: next.id, made: next.after ?? joined(next.contacts), now: remade })
}
