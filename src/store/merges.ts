import type { Folder } from '../model/decision.ts'
import type { ChangeList } from '../model/event.ts'
import type { Reader, Writer } from './tx.ts'
import { recount, titlesChanged } from './conversations.ts'
import { noteLook } from './look-alikes.ts'

/** How things were before a merge: raw rows, so that undoing restores exactly them. */
type Before = {
  contacts: { id: number, name: string, named_by: string, friend: number, blocked: number, blocked_at: number | null, redirect_to: number | null }[]
  addresses: { id: number, contact_id: number }[]
  conversations: { id: number, contact_id: number | null, people: string | null, folder: Folder, because: string, routed: number, archived_at: number | null, blocked_at: number | null, stream: string | null, waiting: number, pinned: number, muted_until: number | null, labels: string, redirect_to: number | null }[]
  strands: { id: number, conversation_id: number }[]
}

export type Merge = { id: number, contactId: number, at: number, undoneAt: number | null, contactIds: number[], addressIds: number[] }

/** Notes how contacts, their addresses, and the conversations and strands with them stand. Called before anything is joined. */
export function insertMerge(tx: Writer, userId: number, contactId: number, contactIds: number[], now: number): number {
  const ids = JSON.stringify(contactIds)
  const strands = tx.all<{ id: number, conversation_id: number }>(
    `SELECT id, conversation_id FROM strand WHERE id IN (
       SELECT s.id FROM address a JOIN strand s ON s.address_id = a.id WHERE a.contact_id IN (SELECT value FROM json_each(?1))
       UNION SELECT m.strand_id FROM address a JOIN strand_member m ON m.address_id = a.id WHERE a.contact_id IN (SELECT value FROM json_each(?1)))`, ids)
  const before: Before = {
    contacts: tx.all('SELECT id, name, named_by, friend, blocked, blocked_at, redirect_to FROM contact WHERE id IN (SELECT value FROM json_each(?))', ids),
    addresses: tx.all('SELECT id, contact_id FROM address WHERE contact_id IN (SELECT value FROM json_each(?))', ids),
    conversations: tx.all(
      'SELECT id, contact_id, people, folder, because, routed, archived_at, blocked_at, stream, waiting, pinned, muted_until, labels, redirect_to FROM conversation WHERE id IN (SELECT value FROM json_each(?))',
      JSON.stringify([...new Set(strands.map(({ conversation_id }) => conversation_id))])),
    strands
  }
  const id = tx.nextId('merge')
  tx.run('INSERT INTO merge (id, user_id, contact_id, before, at) VALUES (?, ?, ?, ?, ?)', id, userId, contactId, JSON.stringify(before), now)
  return id
}

/** undefined when the user has none of that id. */
export function getMerge(tx: Reader, userId: number, id: number): Merge | undefined {
  const row = tx.get<{ id: number, contact_id: number, before: string, at: number, undone_at: number | null }>('SELECT id, contact_id, before, at, undone_at FROM merge WHERE id = ? AND user_id = ?', id, userId)
  if (!row) return undefined
  const before: Before = JSON.parse(row.before)
  return { id: row.id, contactId: row.contact_id, at: row.at, undoneAt: row.undone_at, contactIds: before.contacts.map(({ id }) => id), addressIds: before.addresses.map(({ id }) => id) }
}

/** The merges that can be undone and made this contact what it is, newest first. */
export function mergesOf(tx: Reader, contactId: number): { id: number, at: number }[] {
  return tx.all('SELECT id, at FROM merge WHERE contact_id = ? AND undone_at IS NULL ORDER BY id DESC', contactId)
}

/** A merge that came after this one and took part of it in: it must be undone first. */
export function laterMerge(tx: Reader, userId: number, merge: Merge): number | undefined {
  return tx.get<{ id: number }>(
    `SELECT m.id FROM merge m WHERE m.user_id = ? AND m.undone_at IS NULL AND m.id > ? AND EXISTS (
       SELECT 1 FROM json_each(m.before, '$.contacts') c WHERE json_extract(c.value, '$.id') IN (SELECT value FROM json_each(?))) ORDER BY m.id DESC LIMIT 1`,
    userId, merge.id, JSON.stringify(merge.contactIds))?.id
}

/**
 * Puts contacts, addresses, conversations and strands back as they were. What the user did with the joined contact since then
 * stays: an address that went to somebody else, a new name, a friendship that ended. Strands made since then follow by `regroup`.
 */
export function restoreMerge(tx: Writer, changes: ChangeList, merge: Merge, now: number): void {
  const before: Before = JSON.parse(tx.get<{ before: string }>('SELECT before FROM merge WHERE id = ?', merge.id)!.before)
  const is = tx.get<{ name: string, named_by: string, friend: number, blocked: number, blocked_at: number | null }>('SELECT name, named_by, friend, blocked, blocked_at FROM contact WHERE id = ?', merge.contactId)!
  const befriended = is.friend === 1 && !before.contacts.some(({ friend }) => friend === 1)
  const renamed = before.contacts.every(({ name }) => name !== is.name)
  for (const was of before.contacts) {
    const first = was.id === merge.contactId
    const row = { ...was, friend: first && befriended ? 1 : was.friend & is.friend, ...(first ? { blocked: is.blocked, blocked_at: is.blocked_at } : {}), ...(first && renamed ? { name: is.name, named_by: is.named_by } : {}) }
    const { rev } = tx.get<{ rev: number }>('UPDATE contact SET name = ?, named_by = ?, friend = ?, blocked = ?, blocked_at = ?, redirect_to = ?, rev = rev + 1 WHERE id = ? RETURNING rev', row.name, row.named_by, row.friend, row.blocked, row.blocked_at ?? null, row.redirect_to, row.id)!
    changes.add('contact.changed', row.id, rev)
  }
  for (const row of before.addresses) tx.run('UPDATE address SET contact_id = ? WHERE id = ? AND contact_id = ?', row.contact_id, row.id, merge.contactId)
  for (const { id } of before.contacts) noteLook(tx, id)
  for (const row of before.conversations) {
    const is = tx.get<{ folder: Folder, archived_at: number | null, waiting: number, blocked_at: number | null }>('SELECT folder, archived_at, waiting, blocked_at FROM conversation WHERE id = ?', row.id)!
    // What came in since the merge took the conversation out of the archive.
    const woken = tx.get('SELECT 1 FROM strand WHERE id IN (SELECT value FROM json_each(?)) AND last_at > ?', JSON.stringify(before.strands.filter(({ conversation_id }) => conversation_id === row.id).map(({ id }) => id)), merge.at) !== undefined
    const archivedAt = woken ? null : row.archived_at
    if (is.folder !== row.folder) changes.add('conversation.changed', row.id, 0, { folder: row.folder, conversation: row.id, was: is.folder })
    if (is.folder !== row.folder || (is.archived_at === null) !== (archivedAt === null) || is.waiting !== (row.waiting ?? 0) || is.blocked_at !== (row.blocked_at ?? null)) changes.add('counts.changed', 0, 0)
    tx.run(
      'UPDATE conversation SET contact_id = ?, people = ?, folder = ?, because = ?, routed = ?, archived_at = ?, blocked_at = ?, stream = ?, waiting = ?, pinned = ?, muted_until = ?, labels = ?, redirect_to = ? WHERE id = ?',
      row.contact_id, row.people, row.folder, row.because, row.routed, archivedAt, row.blocked_at ?? null, row.stream ?? null, row.waiting ?? 0, row.pinned, row.muted_until, row.labels, row.redirect_to, row.id)
  }
  const left = new Set(before.conversations.map(({ id }) => id))
  for (const row of before.strands) {
    left.add(tx.get<{ conversation_id: number }>('SELECT conversation_id FROM strand WHERE id = ?', row.id)!.conversation_id)
    tx.run('UPDATE strand SET conversation_id = ? WHERE id = ?', row.conversation_id, row.id)
  }
  for (const id of left) recount(tx, changes, id, { reset: true })
  for (const { id } of before.contacts) titlesChanged(tx, changes, id)
  tx.run('UPDATE merge SET undone_at = ? WHERE id = ?', now, merge.id)
}
