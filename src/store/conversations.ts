import { waits } from '../model/decision.ts'
import type { Because, Folder } from '../model/decision.ts'
import type { ChangeList, EventData } from '../model/event.ts'
import type { Conversation, ConversationKind } from '../model/conversation.ts'
import type { Reader, Writer } from './tx.ts'

type Columns = {
  id: number, kind: ConversationKind, title: string, contact_id: number | null, people: string | null, folder: Folder, because: string, routed: number,
  archived_at: number | null, blocked_at: number | null, stream: string | null, pinned: number, muted_until: number | null, labels: string, unread: number, last_message_id: number | null, last_at: number, redirect_to: number | null, rev: number
}

const columns = 'id, kind, title, contact_id, people, folder, because, routed, archived_at, blocked_at, stream, pinned, muted_until, labels, unread, last_message_id, last_at, redirect_to, rev'

const idsOf = (people: string | null) => people === null ? [] : people.split(',').map(Number)

const conversationOf = (row: Columns): Conversation => ({
  id: row.id, kind: row.kind, title: row.title, contactId: row.contact_id, people: idsOf(row.people), folder: row.folder, because: JSON.parse(row.because), routed: row.routed === 1,
  archivedAt: row.archived_at, blockedAt: row.blocked_at, stream: row.stream, pinned: row.pinned === 1, mutedUntil: row.muted_until, labels: JSON.parse(row.labels), unread: row.unread, lastMessageId: row.last_message_id,
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

/** Newest first, a page by key: what comes before (`lastAt`, `id`). Empty and hidden conversations are left out; `stream` asks for one part of Other. */
export function listConversations(tx: Reader, userId: number, { folder, archived, before, limit, stream }: { folder: Folder, archived: boolean, before: { lastAt: number, id: number } | null, limit: number, stream?: string }): Conversation[] {
  const at = before?.lastAt ?? Number.MAX_SAFE_INTEGER
  const id = before?.id ?? Number.MAX_SAFE_INTEGER
  if (stream !== undefined) {
    return tx.all<Columns>(`SELECT ${columns} FROM conversation INDEXED BY conversation_stream WHERE user_id = ? AND stream = ? AND (last_at, id) < (?, ?) AND folder = 'other' AND redirect_to IS NULL AND archived_at IS NULL AND blocked_at IS NULL AND last_at > 0 ORDER BY last_at DESC, id DESC LIMIT ?`, userId, stream, at, id, limit).map(conversationOf)
  }
  const rows = archived
    ? tx.all<Columns>(`SELECT ${columns} FROM conversation INDEXED BY conversation_archive WHERE user_id = ? AND folder = ? AND (last_at, id) < (?, ?) AND redirect_to IS NULL AND archived_at IS NOT NULL AND blocked_at IS NULL AND last_at > 0 ORDER BY last_at DESC, id DESC LIMIT ?`, userId, folder, at, id, limit)
    : tx.all<Columns>(`SELECT ${columns} FROM conversation INDEXED BY conversation_list WHERE user_id = ? AND folder = ? AND (last_at, id) < (?, ?) AND redirect_to IS NULL AND archived_at IS NULL AND blocked_at IS NULL AND last_at > 0 ORDER BY last_at DESC, id DESC LIMIT ?`, userId, folder, at, id, limit)
  return rows.map(conversationOf)
}

/** Conversations that are hidden, since whom they are with is blocked; the newest first, like the others. */
export function listBlocked(tx: Reader, userId: number, { before, limit }: { before: { lastAt: number, id: number } | null, limit: number }): Conversation[] {
  return tx.all<Columns>(
    `SELECT ${columns} FROM conversation INDEXED BY conversation_blocked WHERE user_id = ? AND (last_at, id) < (?, ?) AND blocked_at IS NOT NULL AND redirect_to IS NULL AND last_at > 0 ORDER BY last_at DESC, id DESC LIMIT ?`,
    userId, before?.lastAt ?? Number.MAX_SAFE_INTEGER, before?.id ?? Number.MAX_SAFE_INTEGER, limit).map(conversationOf)
}

/** Unread messages and conversations with unread messages, by folder; archived and hidden ones do not count. */
export function countUnread(tx: Reader, userId: number): { folder: Folder, messages: number, conversations: number }[] {
  return tx.all('SELECT folder, sum(unread) AS messages, count(*) AS conversations FROM conversation INDEXED BY conversation_unread WHERE user_id = ? AND unread > 0 AND redirect_to IS NULL AND archived_at IS NULL AND blocked_at IS NULL GROUP BY folder', userId)
}

export type NewConversation = { userId: number, kind: ConversationKind, title: string, contactId: number | null, people: string | null, folder: Folder, because: Because, blockedAt?: number | null, stream?: string | null }

/** Its event comes with the first `recount`. */
export function insertConversation(tx: Writer, { userId, kind, title, contactId, people, folder, because, blockedAt = null, stream = null }: NewConversation): Conversation {
  const id = tx.nextId('conversation')
  tx.run('INSERT INTO conversation (id, user_id, kind, title, contact_id, people, folder, because, blocked_at, stream, waiting, rev) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)', id, userId, kind, title, contactId, people, folder, JSON.stringify(because), blockedAt, stream, waiting({ kind, people: idsOf(people), folder, because }))
  return {
    id, kind, title, contactId, people: idsOf(people), folder, because, routed: false, archivedAt: null, blockedAt, stream, pinned: false, mutedUntil: null, labels: [], unread: 0, lastMessageId: null, lastAt: 0, redirectTo: null, rev: 0
  }
}

/** Rooms and lists wait for nobody's word. */
const waiting = (conversation: Pick<Conversation, 'kind' | 'people' | 'folder' | 'because'>) => Number((conversation.kind === 'person' || (conversation.kind === 'group' && conversation.people.length > 0)) && waits(conversation))

/** Whether it counts in the screener. */
const screened = (conversation: Pick<Conversation, 'kind' | 'people' | 'folder' | 'because' | 'blockedAt' | 'archivedAt' | 'redirectTo' | 'lastAt'>) => waiting(conversation) === 1 && conversation.blockedAt === null && conversation.archivedAt === null && conversation.redirectTo === null && conversation.lastAt > 0

export type ConversationPatch = Partial<Pick<Conversation, 'title' | 'folder' | 'because' | 'routed' | 'archivedAt' | 'blockedAt' | 'stream' | 'pinned' | 'mutedUntil' | 'labels' | 'redirectTo' | 'contactId'>> & { people?: string | null }

/** Writes the named fields, with the event that says where it was and is. Returns the new rev. */
export function updateConversation(tx: Writer, changes: ChangeList, conversation: Conversation, patch: ConversationPatch, data: EventData = {}): number {
  const next = { ...conversation, ...patch }
  const people = patch.people === undefined ? (conversation.people.length ? conversation.people.join(',') : null) : patch.people
  const shown = { ...next, people: idsOf(people) }
  const row = tx.get<{ rev: number }>(
    'UPDATE conversation SET title = ?, contact_id = ?, people = ?, folder = ?, because = ?, routed = ?, archived_at = ?, blocked_at = ?, stream = ?, waiting = ?, pinned = ?, muted_until = ?, labels = ?, redirect_to = ?, rev = rev + 1 WHERE id = ? RETURNING rev',
    next.title, next.contactId, people, next.folder, JSON.stringify(next.because), Number(next.routed), next.archivedAt, next.blockedAt, next.stream, waiting(shown), Number(next.pinned), next.mutedUntil, JSON.stringify(next.labels), next.redirectTo, conversation.id
  )!
  const moved = next.folder !== conversation.folder
  changes.add('conversation.changed', conversation.id, row.rev, { folder: next.folder, conversation: conversation.id, ...(moved ? { was: conversation.folder } : {}), ...data })
  const unread = conversation.unread > 0 && (moved || (next.archivedAt === null) !== (conversation.archivedAt === null) || (next.blockedAt === null) !== (conversation.blockedAt === null))
  if (unread || screened(shown) !== screened(conversation)) changes.add('counts.changed', 0, 0)
  return row.rev
}

/** Makes the row the sum and maximum of its strands again; one event. Returns the new rev. */
export function recount(tx: Writer, changes: ChangeList, conversationId: number, data: EventData = {}): number {
  const before = tx.get<{ unread: number, last_at: number, waiting: number }>('SELECT unread, last_at, waiting FROM conversation WHERE id = ?', conversationId)!
  const sum = tx.get<{ unread: number, last_at: number, last_message_id: number | null }>('SELECT sum(unread) OVER () AS unread, last_at, last_message_id FROM strand WHERE conversation_id = ? ORDER BY last_at DESC, last_message_id DESC LIMIT 1', conversationId)
  const row = tx.get<{ rev: number, folder: Folder }>(
    'UPDATE conversation SET unread = ?, last_at = ?, last_message_id = ?, rev = rev + 1 WHERE id = ? RETURNING rev, folder',
    sum?.unread ?? 0, sum?.last_at ?? 0, sum?.last_message_id ?? null, conversationId
  )!
  changes.add('conversation.changed', conversationId, row.rev, { folder: row.folder, conversation: conversationId, ...data })
  if ((sum?.unread ?? 0) !== before.unread || (before.waiting === 1 && (before.last_at > 0) !== ((sum?.last_at ?? 0) > 0))) changes.add('counts.changed', 0, 0)
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
