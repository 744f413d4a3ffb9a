import type { Because, Folder } from '../model/decision.ts'
import type { ChangeList, EventData } from '../model/event.ts'
import type { Conversation, ConversationKind } from '../model/conversation.ts'
import type { Reader, Writer } from './tx.ts'

type Columns = {
  id: number, kind: ConversationKind, title: string, contact_id: number | null, people: string | null, folder: Folder, because: string, routed: number,
  archived_at: number | null, pinned: number, muted_until: number | null, labels: string, unread: number, last_message_id: number | null, last_at: number, redirect_to: number | null, rev: number
}

const columns = 'id, kind, title, contact_id, people, folder, because, routed, archived_at, pinned, muted_until, labels, unread, last_message_id, last_at, redirect_to, rev'

const idsOf = (people: string | null) => people === null ? [] : people.split(',').map(Number)

const conversationOf = (row: Columns): Conversation => ({
  id: row.id, kind: row.kind, title: row.title, contactId: row.contact_id, people: idsOf(row.people), folder: row.folder, because: JSON.parse(row.because), routed: row.routed === 1,
  archivedAt: row.archived_at, pinned: row.pinned === 1, mutedUntil: row.muted_until, labels: JSON.parse(row.labels), unread: row.unread, lastMessageId: row.last_message_id,
  lastAt: row.last_at, redirectTo: row.redirect_to, rev: row.rev
})

/** How a set of people is written as a key. */
export function peopleKey(contactIds: number[]): string {
  return [...new Set(contactIds)].sort((a, b) => a - b).join(',')
}

/** The conversation itself, redirected ones too; undefined when the user has none of that id. */
export function getConversation(tx: Reader, userId: number, id: number): Conversation | undefined {
  const row = tx.get<Columns>(`SELECT ${columns} FROM conversation WHERE id = ? AND user_id = ?`, id, userId)
  return row && conversationOf(row)
}

/** Follows redirects to where the messages are now. */
export function liveConversation(tx: Reader, userId: number, id: number): Conversation | undefined {
  let found = getConversation(tx, userId, id)
  for (let hops = 0; found?.redirectTo && hops < 100; hops++) found = getConversation(tx, userId, found.redirectTo)
  return found
}

/** The conversation with one contact. */
export function conversationWith(tx: Reader, userId: number, contactId: number): Conversation | undefined {
  const row = tx.get<Columns>(`SELECT ${columns} FROM conversation WHERE contact_id = ? AND user_id = ? AND redirect_to IS NULL ORDER BY id LIMIT 1`, contactId, userId)
  return row && conversationOf(row)
}

/** The group without an id of its own that has exactly these people. */
export function conversationAmong(tx: Reader, userId: number, people: string): Conversation | undefined {
  const row = tx.get<Columns>(`SELECT ${columns} FROM conversation WHERE user_id = ? AND people = ? AND redirect_to IS NULL ORDER BY id LIMIT 1`, userId, people)
  return row && conversationOf(row)
}

/** Newest first, a page by key: what comes before (`lastAt`, `id`). Empty conversations are left out. */
export function listConversations(tx: Reader, userId: number, { folder, archived, before, limit }: { folder: Folder, archived: boolean, before: { lastAt: number, id: number } | null, limit: number }): Conversation[] {
  const at = before?.lastAt ?? Number.MAX_SAFE_INTEGER
  const id = before?.id ?? Number.MAX_SAFE_INTEGER
  const rows = archived
    ? tx.all<Columns>(`SELECT ${columns} FROM conversation INDEXED BY conversation_archive WHERE user_id = ? AND folder = ? AND (last_at, id) < (?, ?) AND redirect_to IS NULL AND archived_at IS NOT NULL AND last_at > 0 ORDER BY last_at DESC, id DESC LIMIT ?`, userId, folder, at, id, limit)
    : tx.all<Columns>(`SELECT ${columns} FROM conversation INDEXED BY conversation_list WHERE user_id = ? AND folder = ? AND (last_at, id) < (?, ?) AND redirect_to IS NULL AND archived_at IS NULL AND last_at > 0 ORDER BY last_at DESC, id DESC LIMIT ?`, userId, folder, at, id, limit)
  return rows.map(conversationOf)
}

/** Unread messages and conversations with unread messages, by folder; archived ones do not count. */
export function countUnread(tx: Reader, userId: number): { folder: Folder, messages: number, conversations: number }[] {
  return tx.all('SELECT folder, sum(unread) AS messages, count(*) AS conversations FROM conversation INDEXED BY conversation_unread WHERE user_id = ? AND unread > 0 AND redirect_to IS NULL AND archived_at IS NULL GROUP BY folder', userId)
}

export type NewConversation = { userId: number, kind: ConversationKind, title: string, contactId: number | null, people: string | null, folder: Folder, because: Because }

/** Its event comes with the first `recount`. */
export function insertConversation(tx: Writer, { userId, kind, title, contactId, people, folder, because }: NewConversation): Conversation {
  const id = tx.nextId('conversation')
  tx.run('INSERT INTO conversation (id, user_id, kind, title, contact_id, people, folder, because, rev) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)', id, userId, kind, title, contactId, people, folder, JSON.stringify(because))
  return {
    id, kind, title, contactId, people: idsOf(people), folder, because, routed: false, archivedAt: null, pinned: false, mutedUntil: null, labels: [], unread: 0, lastMessageId: null, lastAt: 0, redirectTo: null, rev: 0
  }
}

export type ConversationPatch = Partial<Pick<Conversation, 'title' | 'folder' | 'because' | 'routed' | 'archivedAt' | 'pinned' | 'mutedUntil' | 'labels' | 'redirectTo' | 'contactId'>> & { people?: string | null }

/** Writes the named fields, with the event that says where it was and is. Returns the new rev. */
export function updateConversation(tx: Writer, changes: ChangeList, conversation: Conversation, patch: ConversationPatch, data: EventData = {}): number {
  const next = { ...conversation, ...patch }
  const people = patch.people === undefined ? (conversation.people.length ? conversation.people.join(',') : null) : patch.people
  const row = tx.get<{ rev: number }>(
    'UPDATE conversation SET title = ?, contact_id = ?, people = ?, folder = ?, because = ?, routed = ?, archived_at = ?, pinned = ?, muted_until = ?, labels = ?, redirect_to = ?, rev = rev + 1 WHERE id = ? RETURNING rev',
    next.title, next.contactId, people, next.folder, JSON.stringify(next.because), Number(next.routed), next.archivedAt, Number(next.pinned), next.mutedUntil, JSON.stringify(next.labels), next.redirectTo, conversation.id
  )!
  const moved = next.folder !== conversation.folder
  changes.add('conversation.changed', conversation.id, row.rev, { folder: next.folder, conversation: conversation.id, ...(moved ? { was: conversation.folder } : {}), ...data })
  if (conversation.unread > 0 && (moved || (next.archivedAt === null) !== (conversation.archivedAt === null))) changes.add('counts.changed', 0, 0)
  return row.rev
}

/** Makes the row the sum and maximum of its strands again; one event. Returns the new rev. */
export function recount(tx: Writer, changes: ChangeList, conversationId: number, data: EventData = {}): number {
  const before = tx.get<{ unread: number }>('SELECT unread FROM conversation WHERE id = ?', conversationId)
  const sum = tx.get<{ unread: number, last_at: number, last_message_id: number | null }>('SELECT sum(unread) OVER () AS unread, last_at, last_message_id FROM strand WHERE conversation_id = ? ORDER BY last_at DESC, last_message_id DESC LIMIT 1', conversationId)
  const row = tx.get<{ rev: number, folder: Folder }>(
    'UPDATE conversation SET unread = ?, last_at = ?, last_message_id = ?, rev = rev + 1 WHERE id = ? RETURNING rev, folder',
    sum?.unread ?? 0, sum?.last_at ?? 0, sum?.last_message_id ?? null, conversationId
  )!
  changes.add('conversation.changed', conversationId, row.rev, { folder: row.folder, conversation: conversationId, ...data })
  if ((sum?.unread ?? 0) !== before?.unread) changes.add('counts.changed', 0, 0)
  return row.rev
}

/** The conversation shows something else of its newest message now; nothing when the message is not the newest. */
export function newestChanged(tx: Writer, changes: ChangeList, conversationId: number, messageId: number): void {
  const row = tx.get<{ rev: number, folder: Folder }>('UPDATE conversation SET rev = rev + 1 WHERE id = ? AND last_message_id = ? RETURNING rev, folder', conversationId, messageId)
  if (row) changes.add('conversation.changed', conversationId, row.rev, { folder: row.folder, conversation: conversationId })
}

/** Every conversation with a contact bears another title now. */
export function titlesChanged(tx: Writer, changes: ChangeList, contactId: number): void {
  const rows = tx.all<{ id: number, rev: number, folder: Folder }>(
    `UPDATE conversation SET rev = rev + 1 WHERE redirect_to IS NULL AND id IN (
       SELECT id FROM conversation WHERE contact_id = ?1
       UNION SELECT s.conversation_id FROM address a JOIN strand_member m ON m.address_id = a.id JOIN strand s ON s.id = m.strand_id WHERE a.contact_id = ?1)
     RETURNING id, rev, folder`, contactId)
  for (const { id, rev, folder } of rows) changes.add('conversation.changed', id, rev, { folder, conversation: id })
}
