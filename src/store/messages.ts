import type { ChangeList } from '../model/event.ts'
import type { MessageBody, MessageRow, NewMessage } from '../model/message.ts'
import { addToStrand, lowerUnread, strandsOf } from './strands.ts'
import { recount } from './conversations.ts'
import type { Reader, Writer } from './tx.ts'

type Columns = {
  id: number, strand_id: number, conversation_id: number, sort_at: number, topic_id: number | null, account_id: number, channel: string, direction: 'in' | 'out', sender_id: number | null,
  sender: string, proof: MessageRow['proof'], folder: MessageRow['folder'], because: string, preview: string, seen: number, flagged: number, automatic: MessageRow['automatic'],
  status: MessageRow['status'], message_id: string | null, sent_at: number | null, received_at: number, edited_at: number | null, deleted_at: number | null, folded: number, rev: number
}

const columns = 'm.id, m.strand_id, s.conversation_id, m.sort_at, m.topic_id, m.account_id, m.channel, m.direction, m.sender_id, m.sender, m.proof, m.folder, m.because, m.preview, m.seen, m.flagged, m.automatic, m.status, m.message_id, m.sent_at, m.received_at, m.edited_at, m.deleted_at, m.folded, m.rev'

const messageOf = (row: Columns): MessageRow => ({
  id: row.id, strandId: row.strand_id, conversationId: row.conversation_id, sortAt: row.sort_at, topicId: row.topic_id, accountId: row.account_id, channel: row.channel,
  direction: row.direction, senderId: row.sender_id, sender: JSON.parse(row.sender), proof: row.proof, folder: row.folder, because: JSON.parse(row.because), preview: row.preview,
  seen: row.seen === 1, flagged: row.flagged === 1, automatic: row.automatic, status: row.status, messageId: row.message_id, sentAt: row.sent_at, receivedAt: row.received_at, editedAt: row.edited_at, deletedAt: row.deleted_at, folded: row.folded === 1, rev: row.rev
})

/** undefined when the user has none of that id. */
export function getMessage(tx: Reader, userId: number, id: number): MessageRow | undefined {
  const row = tx.get<Columns>(`SELECT ${columns} FROM message m JOIN strand s ON s.id = m.strand_id WHERE m.id = ? AND m.user_id = ?`, id, userId)
  return row && messageOf(row)
}

export function getBody(tx: Reader, id: number): MessageBody {
  const row = tx.get<{ subject: string | null, text: string, quoted: string | null, html: string | null, recipients: string, refs: string, unreadable: string | null, raw_digest: Uint8Array | null, attachments: number, original: string | null, bounces: string | null, unsubscribe: string | null, digest: string | null, cards: string | null }>(
    'SELECT subject, text, quoted, html, recipients, refs, unreadable, raw_digest, attachments, original, bounces, unsubscribe, digest, cards FROM message_body WHERE message_id = ?', id)!
  return {
    subject: row.subject, text: row.text, quoted: row.quoted, html: row.html, recipients: JSON.parse(row.recipients), references: JSON.parse(row.refs), unreadable: row.unreadable,
    rawDigest: row.raw_digest, attachments: row.attachments, original: row.original, bounces: row.bounces === null ? [] : JSON.parse(row.bounces), unsubscribe: row.unsubscribe === null ? null : JSON.parse(row.unsubscribe), digest: row.digest === null ? null : JSON.parse(row.digest),
    cards: row.cards === null ? [] : JSON.parse(row.cards)
  }
}

export type Edge = { sortAt: number, id: number }

const pagesOf = (columns: string, sign: '<' | '>', order: 'DESC' | 'ASC') => ({
  topic: `SELECT ${columns} FROM message m JOIN strand s ON s.id = m.strand_id WHERE m.topic_id = ? AND s.conversation_id = ? AND (m.sort_at, m.id) ${sign} (?, ?) ORDER BY m.sort_at ${order}, m.id ${order} LIMIT ?`,
  strand: `SELECT ${columns} FROM message m JOIN strand s ON s.id = m.strand_id WHERE m.strand_id = ? AND (m.sort_at, m.id) ${sign} (?, ?) ORDER BY m.sort_at ${order}, m.id ${order} LIMIT ?`
})
const both = (columns: string) => ({ before: pagesOf(columns, '<', 'DESC'), after: pagesOf(columns, '>', 'ASC') })
const [rowPages, keyPages] = [both(columns), both('m.id, m.sort_at')]

/** `before` an edge (newest first) or `after` one (oldest first). */
export type Window = { topicId: number | null, direction: 'before' | 'after', edge: Edge | null, limit: number }

/**
 * A page of a conversation by key. Each strand is read by its own index and the pages are merged, so the cost is that of the page,
 * whatever the length of the conversation.
 */
function readPage<Row extends { id: number, sort_at: number }>(tx: Reader, pages: typeof rowPages, conversationId: number, { topicId, direction, edge, limit }: Window): Row[] {
  const at = edge?.sortAt ?? (direction === 'before' ? Number.MAX_SAFE_INTEGER : -1)
  const id = edge?.id ?? (direction === 'before' ? Number.MAX_SAFE_INTEGER : -1)
  if (topicId !== null) return tx.all<Row>(pages[direction].topic, topicId, conversationId, at, id, limit)
  const strands = strandsOf(tx, conversationId)
  const rows = strands.flatMap((strand) => tx.all<Row>(pages[direction].strand, strand.id, at, id, limit))
  if (strands.length > 1) {
    const sign = direction === 'before' ? -1 : 1
    rows.sort((a, b) => sign * (a.sort_at - b.sort_at || a.id - b.id))
  }
  return rows.slice(0, limit)
}

/** A page of a conversation. */
export function listMessages(tx: Reader, conversationId: number, window: Window): MessageRow[] {
  return readPage<Columns>(tx, rowPages, conversationId, window).map(messageOf)
}

/** Which messages lie on a page, from the index alone. */
export function listEdges(tx: Reader, conversationId: number, window: Window): Edge[] {
  return readPage<{ id: number, sort_at: number }>(tx, keyPages, conversationId, window).map(({ id, sort_at }) => ({ id, sortAt: sort_at }))
}

/** The newest message of a conversation that came in from a person, on any channel. */
export function newestIncoming(tx: Reader, conversationId: number): MessageRow | undefined {
  let newest: Columns | undefined
  for (const strand of strandsOf(tx, conversationId)) {
    const row = tx.get<Columns>(`SELECT ${columns} FROM message m JOIN strand s ON s.id = m.strand_id WHERE m.strand_id = ? AND m.direction = 'in' ORDER BY m.sort_at DESC, m.id DESC LIMIT 1`, strand.id)
    if (row && (!newest || row.sort_at > newest.sort_at)) newest = row
  }
  return newest && messageOf(newest)
}

/** What the user already has under a Message-ID. */
export function withMessageId(tx: Reader, userId: number, messageId: string): { id: number, direction: 'in' | 'out', sortAt: number, digest: Uint8Array | null, proof: MessageRow['proof'] }[] {
  return tx.all('SELECT id, direction, sort_at AS sortAt, digest, proof FROM message WHERE user_id = ? AND message_id = ?', userId, messageId)
}

/** The message without a Message-ID in a strand that has this time of the network and these very bytes. */
export function withSameBytes(tx: Reader, strandId: number, sortAt: number, rawDigest: Uint8Array): number | undefined {
  return tx.get<{ id: number }>('SELECT m.id FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.strand_id = ? AND m.sort_at = ? AND m.message_id IS NULL AND b.raw_digest = ? LIMIT 1', strandId, sortAt, rawDigest)?.id
}

/** Writes a message with its body and counts it in its strand; the caller recounts the conversation and adds the event. Returns its id. */
export function insertMessage(tx: Writer, userId: number, message: NewMessage): void {
  tx.run(
    `INSERT INTO message (id, user_id, strand_id, sort_at, topic_id, account_id, channel, direction, sender_id, sender, proof, folder, because, preview, seen, flagged, automatic, status, message_id, digest, sent_at, received_at, blocked_at, folded, stream, signers)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    message.id, userId, message.strandId, message.sortAt, message.topicId, message.accountId, message.channel, message.direction, message.senderId, JSON.stringify(message.sender), message.proof,
    message.folder, JSON.stringify(message.because), message.preview, Number(message.seen), Number(message.flagged), message.automatic, message.status, message.messageId, message.digest, message.sentAt, message.receivedAt,
    message.blockedAt ?? null, Number(message.folded ?? false), message.stream ?? null, message.signers?.length ? message.signers.join(' ') : null
  )
  tx.run(
    'INSERT INTO message_body (message_id, subject, text, quoted, html, recipients, refs, unreadable, raw_digest, attachments, original, bounces, unsubscribe, cards) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    message.id, message.subject, message.text, message.quoted, message.html, JSON.stringify(message.recipients), JSON.stringify(message.references), message.unreadable, message.rawDigest, message.attachments, message.original,
    message.bounces.length === 0 ? null : JSON.stringify(message.bounces), message.unsubscribe ? JSON.stringify(message.unsubscribe) : null,
    message.cards?.length ? JSON.stringify(message.cards) : null
  )
  addToStrand(tx, message.strandId, { id: message.id, sortAt: message.sortAt, unread: !message.seen })
}

/** What clients see of a message has changed by something else. */
export function touchMessage(tx: Writer, changes: ChangeList, id: number): void {
  const row = tx.get<{ rev: number, strandId: number }>('UPDATE message SET rev = rev + 1 WHERE id = ? RETURNING rev, strand_id AS strandId', id)!
  const place = tx.get<{ folder: 'inbox' | 'other', conversation: number }>('SELECT c.folder, c.id AS conversation FROM strand s JOIN conversation c ON c.id = s.conversation_id WHERE s.id = ?', row.strandId)!
  changes.add('message.changed', id, row.rev, place)
}

/** Over this many messages at once, clients refetch instead of hearing of each. */
const eachLimit = 200

/** Marks what is unseen up to and with an edge as seen. Returns how many it marked; `ids` takes which ones. */
export function markSeenUpTo(tx: Writer, changes: ChangeList, conversationId: number, edge: Edge, ids: number[] = []): number {
  let marked = 0
  const each: { id: number, rev: number }[] = []
  for (const strand of strandsOf(tx, conversationId)) {
    const rows = tx.all<{ id: number, rev: number }>(
      'UPDATE message INDEXED BY message_unseen SET seen = 1, rev = rev + 1 WHERE strand_id = ? AND seen = 0 AND (sort_at, id) <= (?, ?) RETURNING id, rev', strand.id, edge.sortAt, edge.id)
    if (rows.length) lowerUnread(tx, strand.id, rows.length)
    marked += rows.length
    if (marked <= eachLimit) each.push(...rows)
    for (const { id } of rows) ids.push(id)
  }
  if (marked) told(tx, changes, conversationId, marked, each)
  return marked
}

/** Marks incoming messages from an edge on, the edge too, as not seen; what is folded is no news. Returns how many it marked; `ids` takes which ones. */
export function markUnseenFrom(tx: Writer, changes: ChangeList, conversationId: number, edge: Edge, ids: number[] = []): number {
  let marked = 0
  const each: { id: number, rev: number }[] = []
  for (const strand of strandsOf(tx, conversationId)) {
    const rows = tx.all<{ id: number, rev: number }>(
      "UPDATE message SET seen = 0, rev = rev + 1 WHERE strand_id = ? AND seen = 1 AND direction = 'in' AND folded = 0 AND (sort_at, id) >= (?, ?) RETURNING id, rev", strand.id, edge.sortAt, edge.id)
    if (rows.length) lowerUnread(tx, strand.id, -rows.length)
    marked += rows.length
    if (marked <= eachLimit) each.push(...rows)
    for (const { id } of rows) ids.push(id)
  }
  if (marked) told(tx, changes, conversationId, marked, each)
  return marked
}

function told(tx: Writer, changes: ChangeList, conversationId: number, marked: number, each: { id: number, rev: number }[]): void {
  const { folder } = tx.get<{ folder: 'inbox' | 'other' }>('SELECT folder FROM conversation WHERE id = ?', conversationId)!
  if (marked <= eachLimit) for (const { id, rev } of each) changes.add('message.changed', id, rev, { folder, conversation: conversationId })
  recount(tx, changes, conversationId, marked > eachLimit ? { reset: true } : {})
}

/** What another client of the mailbox did to one message. What is folded stays seen. */
export function setFlags(tx: Writer, changes: ChangeList, id: number, flags: { seen?: boolean | undefined, flagged?: boolean | undefined }): void {
  const before = tx.get<{ direction: 'in' | 'out', seen: number, flagged: number, folded: number, strand_id: number, conversation_id: number, folder: 'inbox' | 'other' }>(
    'SELECT m.direction, m.folded, m.seen, m.flagged, m.strand_id, s.conversation_id, c.folder FROM message m JOIN strand s ON s.id = m.strand_id JOIN conversation c ON c.id = s.conversation_id WHERE m.id = ?', id)
  if (!before) return
  const seen = before.direction === 'out' || before.folded === 1 ? before.seen : Number(flags.seen ?? before.seen === 1)
  const flagged = Number(flags.flagged ?? before.flagged === 1)
  if (seen === before.seen && flagged === before.flagged) return
  const { rev } = tx.get<{ rev: number }>('UPDATE message SET seen = ?, flagged = ?, rev = rev + 1 WHERE id = ? RETURNING rev', seen, flagged, id)!
  changes.add('message.changed', id, rev, { folder: before.folder, conversation: before.conversation_id })
  if (seen === before.seen) return
  lowerUnread(tx, before.strand_id, seen - before.seen)
  recount(tx, changes, before.conversation_id)
}
