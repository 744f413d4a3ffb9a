import type { Folder } from '../model/decision.ts'
import type { ChangeList } from '../model/event.ts'
import type { Standing } from '../model/merging.ts'
import type { Reader, Writer } from './tx.ts'
import { peopleKey, recount } from './conversations.ts'

type ContactRow = Standing & { id: number, blocked: number, blocked_at: number | null }
type ConversationRow = { id: number, contact_id: number | null, people: string | null, folder: Folder, because: string, routed: number, archived_at: number | null, blocked_at: number | null, stream: string | null, waiting: number, pinned: number, muted_until: number | null, labels: string }

/** How things were before a merge, the first contact first. */
type Before = {
  contacts: ContactRow[]
  addresses: { id: number, contact_id: number }[]
  conversations: ConversationRow[]
  strands: { id: number, conversation_id: number }[]
}

/** A merge in the log. `contacts`: how each was, the one that the others were joined into first; `after`: what it made of that one. */
export type Merge = { id: number, contactId: number, at: number, undoneAt: number | null, contacts: ContactRow[], addresses: { id: number, contact_id: number }[], after: Standing | null }

type Columns = { id: number, contact_id: number, before: string, at: number, undone_at: number | null, after: string | null }

const mergeOf = (row: Columns): Merge => {
  const before: Before = JSON.parse(row.before)
  const contacts = [...before.contacts].sort((a, b) => Number(b.id === row.contact_id) - Number(a.id === row.contact_id))
  return { id: row.id, contactId: row.contact_id, at: row.at, undoneAt: row.undone_at, contacts, addresses: before.addresses, after: row.after === null ? null : JSON.parse(row.after) }
}

/** Notes how contacts, their addresses, and the conversations and strands with them stand. Called before anything is joined. */
export function insertMerge(tx: Writer, userId: number, contactId: number, contactIds: number[], after: Standing, now: number): number {
  const ids = JSON.stringify(contactIds)
  const strands = tx.all<{ id: number, conversation_id: number }>(
    `SELECT id, conversation_id FROM strand WHERE id IN (
       SELECT s.id FROM address a JOIN strand s ON s.address_id = a.id WHERE a.contact_id IN (SELECT value FROM json_each(?1))
       UNION SELECT m.strand_id FROM address a JOIN strand_member m ON m.address_id = a.id WHERE a.contact_id IN (SELECT value FROM json_each(?1)))`, ids)
  const before: Before = {
    contacts: contactIds.map((id) => tx.get<ContactRow>('SELECT id, name, named_by, friend, blocked, blocked_at, notes, via FROM contact WHERE id = ?', id)!),
    addresses: tx.all('SELECT id, contact_id FROM address WHERE contact_id IN (SELECT value FROM json_each(?))', ids),
    conversations: tx.all(
      'SELECT id, contact_id, people, folder, because, routed, archived_at, blocked_at, stream, waiting, pinned, muted_until, labels FROM conversation WHERE id IN (SELECT value FROM json_each(?))',
      JSON.stringify([...new Set(strands.map(({ conversation_id }) => conversation_id))])),
    strands
  }
  const id = tx.nextId('merge')
  tx.run('INSERT INTO merge (id, user_id, contact_id, before, at, after) VALUES (?, ?, ?, ?, ?, ?)', id, userId, contactId, JSON.stringify(before), now, JSON.stringify(after))
  return id
}

/** undefined when the user has none of that id. */
export function getMerge(tx: Reader, userId: number, id: number): Merge | undefined {
  const row = tx.get<Columns>('SELECT id, contact_id, before, at, undone_at, after FROM merge WHERE id = ? AND user_id = ?', id, userId)
  return row && mergeOf(row)
}

/** The merges that can be undone and made this contact what it is, newest first: also those of contacts that were joined into it later. */
export function mergesOf(tx: Reader, contactId: number): { id: number, at: number }[] {
  return tx.all(
    `WITH RECURSIVE part (id, hops) AS (SELECT ?1, 0 UNION SELECT c.id, hops + 1 FROM part JOIN merge m ON m.contact_id = part.id AND m.undone_at IS NULL JOIN json_each(m.before, '$.contacts') j JOIN contact c ON c.id = json_extract(j.value, '$.id') AND c.redirect_to = part.id WHERE hops < 100)
     SELECT DISTINCT m.id, m.at FROM merge m WHERE m.contact_id IN (SELECT id FROM part) AND m.undone_at IS NULL ORDER BY m.id DESC`, contactId)
}

/** The merges after this one that are not undone and had a hand in one of these contacts, oldest first. */
export function laterMerges(tx: Reader, userId: number, after: number, contactIds: number[]): Merge[] {
  return tx.all<Columns>(
    `SELECT m.id, m.contact_id, m.before, m.at, m.undone_at, m.after FROM merge m WHERE m.user_id = ? AND m.undone_at IS NULL AND m.id > ? AND EXISTS (
       SELECT 1 FROM json_each(m.before, '$.contacts') c WHERE json_extract(c.value, '$.id') IN (SELECT value FROM json_each(?))) ORDER BY m.id`,
    userId, after, JSON.stringify(contactIds)).map(mergeOf)
}

/** Rewrites what a later merge remembers, as though an earlier one had never been: how one contact stood, and what it made of all. */
export function rewriteMerge(tx: Writer, id: number, contactId: number, stood: Standing, after: Standing): void {
  const before: Before = JSON.parse(tx.get<{ before: string }>('SELECT before FROM merge WHERE id = ?', id)!.before)
  const contacts = before.contacts.map((row) => row.id === contactId ? { ...row, ...stood } : row)
  tx.run('UPDATE merge SET before = ?, after = ? WHERE id = ?', JSON.stringify({ ...before, contacts }), JSON.stringify(after), id)
}

/** Later merges forget addresses that are no part of them any more, and the strands of these. */
export function dropFromMerges(tx: Writer, userId: number, after: number, addressIds: number[]): void {
  const gone = new Set(addressIds)
  const ids = JSON.stringify(addressIds)
  const strands = new Set(tx.all<{ id: number }>(
    'SELECT id FROM strand WHERE address_id IN (SELECT value FROM json_each(?1)) UNION SELECT strand_id FROM strand_member WHERE address_id IN (SELECT value FROM json_each(?1))', ids).map(({ id }) => id))
  for (const row of tx.all<{ id: number, before: string }>('SELECT id, before FROM merge WHERE user_id = ? AND undone_at IS NULL AND id > ?', userId, after)) {
    const before: Before = JSON.parse(row.before)
    if (!before.addresses.some(({ id }) => gone.has(id)) && !before.strands.some(({ id }) => strands.has(id))) continue
    const left = before.strands.filter(({ id }) => !strands.has(id))
    const kept = new Set(left.map(({ conversation_id }) => conversation_id))
    const next: Before = { ...before, addresses: before.addresses.filter(({ id }) => !gone.has(id)), strands: left, conversations: before.conversations.filter(({ id }) => kept.has(id)) }
    tx.run('UPDATE merge SET before = ? WHERE id = ?', JSON.stringify(next), row.id)
  }
}

/**
 * The conversations that a merge joined away or renamed are themselves again, as they were: ids stay. Where no later merge stands on
 * this one (`last`), so is the one that they were joined into. `rootOf` says who a contact is now. Addresses have moved already; their
 * strands follow by `regroup` of the addresses returned, which have a part in them.
 */
export function reviveConversations(tx: Writer, changes: ChangeList, userId: number, merge: Merge, { freed, last, rootOf }: { freed: number[], last: boolean, rootOf(contactId: number): number }): number[] {
  const before: Before = JSON.parse(tx.get<{ before: string }>('SELECT before FROM merge WHERE id = ?', merge.id)!.before)
  const others = new Set(freed)
  const touched: number[] = []
  const asItWas = (was: ConversationRow, now: Now, key: string | null) => {
    // What came in since the merge takes the conversation out of the archive.
    const woken = tx.get('SELECT 1 FROM strand WHERE id IN (SELECT value FROM json_each(?)) AND last_at > ?', JSON.stringify(before.strands.filter(({ conversation_id }) => conversation_id === was.id).map(({ id }) => id)), merge.at) !== undefined
    tx.run(
      'UPDATE conversation SET people = ?, folder = ?, because = ?, routed = ?, archived_at = ?, blocked_at = ?, stream = ?, waiting = ?, pinned = ?, muted_until = ?, labels = ?, redirect_to = NULL WHERE id = ?',
      key, was.folder, was.because, was.routed, woken ? null : was.archived_at, was.blocked_at ?? null, was.stream ?? null, was.waiting ?? 0, was.pinned, was.muted_until, was.labels, was.id)
    recount(tx, changes, was.id, { reset: true, folder: was.folder, ...(now.folder === was.folder ? {} : { was: now.folder }) })
    changes.add('counts.changed', 0, 0)
  }
  for (const was of before.conversations) {
    const people = was.people?.split(',').map(Number) ?? []
    const key = people.length === 0 ? null : peopleKey(people.map((id) => others.has(id) ? id : rootOf(id)))
    const now = tx.get<Now>('SELECT redirect_to, people, folder FROM conversation WHERE id = ?', was.id)!
    const theirs = people.some((id) => others.has(id)) || (was.contact_id !== null && others.has(was.contact_id))
    if (!theirs && last && now.redirect_to === null) asItWas(was, now, now.people)
    if (!theirs) continue
    touched.push(was.id)
    if (now.redirect_to !== null && !taken(tx, userId, was, key)) asItWas(was, now, key)
    // Only renamed. Where what lies in it fits its name, it has become somebody else's meanwhile.
    if (now.redirect_to === null && key !== null && now.people !== key && !fits(tx, was.id, now.people) && !taken(tx, userId, was, key)) tx.run('UPDATE conversation SET people = ? WHERE id = ?', key, was.id)
  }
  return tx.all<{ id: number }>(
    `SELECT s.address_id AS id FROM strand s WHERE s.conversation_id IN (SELECT value FROM json_each(?1)) AND s.address_id IS NOT NULL
     UNION SELECT m.address_id FROM strand s JOIN strand_member m ON m.strand_id = s.id WHERE s.conversation_id IN (SELECT value FROM json_each(?1))`, JSON.stringify(touched)).map(({ id }) => id)
}

type Now = { redirect_to: number | null, people: string | null, folder: Folder }

/** Whether somebody else has the place: another conversation with the same people. */
function taken(tx: Reader, userId: number, was: ConversationRow, key: string | null): boolean {
  return key !== null
    ? tx.get('SELECT 1 FROM conversation WHERE user_id = ? AND people = ? AND redirect_to IS NULL AND id <> ?', userId, key, was.id) !== undefined
    : tx.get('SELECT 1 FROM conversation WHERE user_id = ? AND contact_id = ? AND redirect_to IS NULL AND id <> ?', userId, was.contact_id, was.id) !== undefined
}

function fits(tx: Reader, conversationId: number, people: string | null): boolean {
  const strands = tx.all<{ people: string }>(
    'SELECT group_concat(DISTINCT a.contact_id) AS people FROM strand s JOIN strand_member m ON m.strand_id = s.id JOIN address a ON a.id = m.address_id WHERE s.conversation_id = ? GROUP BY s.id', conversationId)
  return strands.length > 0 && strands.every((one) => peopleKey(one.people.split(',').map(Number)) === people)
}

export function markUndone(tx: Writer, mergeId: number, now: number): void {
  tx.run('UPDATE merge SET undone_at = ? WHERE id = ?', now, mergeId)
}
