import { createHash } from 'node:crypto'
import { unpackRaw } from './raws.ts'
import type { Reader } from './tx.ts'

/** What can be computed again from what is not derived. */
export type Mend = { what: 'strand' | 'conversation' | 'log' | 'attachments', id: number, userId: number }

/** Something in the database that contradicts itself, in words for a person. `mend`: null where only a backup helps. */
export type Wrong = { kind: 'database' | 'reference' | 'counter' | 'log' | 'file', text: string, mend: Mend | null }

/** What is told of each kind: a damage may touch every row. */
const told = 1000

/** Whether the file itself is whole (SQLite's own check), and every row's foreign keys lead somewhere. */
export function wrongStructure(tx: Reader): Wrong[] {
  const pages = tx.all<{ integrity_check: string }>('SELECT integrity_check FROM pragma_integrity_check').filter(({ integrity_check }) => integrity_check !== 'ok')
  const keys = tx.all<{ child: string, parent: string, n: number }>('SELECT "table" AS child, parent, count(*) AS n FROM pragma_foreign_key_check GROUP BY 1, 2')
  return [
    ...pages.map(({ integrity_check: text }) => wrong('database', `The database file is damaged: ${text}`)),
    ...keys.map(({ child, parent, n }) => wrong('reference', `${n} ${n === 1 ? 'row' : 'rows'} of ${child} point to a ${parent} that is not there`))
  ]
}

/** Rows of one user that point to rows of another: nobody may see anything of somebody else. */
const strangers: [words: string, sql: string][] = [
  ['message m%d lies in a strand of another user', 'SELECT m.id FROM message m JOIN strand s ON s.id = m.strand_id WHERE s.user_id <> m.user_id LIMIT ?'],
  ['message m%d names an account of another user', 'SELECT m.id FROM message m JOIN account a ON a.id = m.account_id WHERE a.user_id <> m.user_id LIMIT ?'],
  ['message m%d names a sender of another user', 'SELECT m.id FROM message m JOIN address a ON a.id = m.sender_id WHERE a.user_id <> m.user_id LIMIT ?'],
  ['message m%d belongs to a topic of another user', 'SELECT m.id FROM message m JOIN topic t ON t.id = m.topic_id WHERE t.user_id <> m.user_id LIMIT ?'],
  ['strand %d lies in a conversation of another user', 'SELECT s.id FROM strand s JOIN conversation c ON c.id = s.conversation_id WHERE c.user_id <> s.user_id LIMIT ?'],
  ['conversation c%d names a contact of another user', 'SELECT c.id FROM conversation c JOIN contact p ON p.id = c.contact_id WHERE p.user_id <> c.user_id LIMIT ?'],
  ['address %d belongs to a contact of another user', 'SELECT a.id FROM address a JOIN contact c ON c.id = a.contact_id WHERE c.user_id <> a.user_id LIMIT ?'],
  ['attachment b%d belongs to a message of another user', 'SELECT a.id FROM attachment a JOIN message m ON m.id = a.message_id WHERE m.user_id <> a.user_id LIMIT ?'],
  ['dispatch %d belongs to a message of another user', 'SELECT d.id FROM dispatch d JOIN message m ON m.id = d.message_id WHERE m.user_id <> d.user_id LIMIT ?'],
  ['message m%d has no body', 'SELECT m.id FROM message m LEFT JOIN message_body b ON b.message_id = m.id WHERE b.message_id IS NULL LIMIT ?'],
  ['message m%d names original bytes that are not stored', 'SELECT b.message_id AS id FROM message_body b LEFT JOIN raw r ON r.digest = b.raw_digest WHERE b.raw_digest IS NOT NULL AND r.digest IS NULL LIMIT ?']
]

/** References that foreign keys do not hold. */
export function wrongReferences(tx: Reader): Wrong[] {
  return strangers.flatMap(([words, sql]) => tx.all<{ id: number }>(sql, told).map(({ id }) => wrong('reference', words.replace('%d', String(id)))))
}

type Counted = { id: number, user_id: number, unread: number, last_at: number, last_message_id: number | null, true_unread: number, true_at: number, true_message: number | null }

/** Numbers that are kept beside what they count: strands from their messages, conversations from their strands. */
export function wrongCounters(tx: Reader): Wrong[] {
  const strands = tx.all<Counted>(
    `SELECT * FROM (
       SELECT s.id, s.user_id, s.unread, s.last_at, s.last_message_id,
         (SELECT count(*) FROM message m WHERE m.strand_id = s.id AND m.seen = 0) AS true_unread,
         coalesce((SELECT m.sort_at FROM message m WHERE m.strand_id = s.id ORDER BY m.sort_at DESC, m.id DESC LIMIT 1), 0) AS true_at,
         (SELECT m.id FROM message m WHERE m.strand_id = s.id ORDER BY m.sort_at DESC, m.id DESC LIMIT 1) AS true_message
       FROM strand s)
     WHERE unread <> true_unread OR last_at <> true_at OR last_message_id IS NOT true_message LIMIT ?`, told)
  const conversations = tx.all<Counted>(
    `SELECT c.id, c.user_id, c.unread, c.last_at, c.last_message_id, coalesce(t.unread, 0) AS true_unread, coalesce(t.last_at, 0) AS true_at, t.last_message_id AS true_message
     FROM conversation c LEFT JOIN (SELECT conversation_id, sum(unread) AS unread, max(last_at) AS last_at, last_message_id FROM strand GROUP BY conversation_id) t ON t.conversation_id = c.id
     WHERE c.unread <> coalesce(t.unread, 0) OR c.last_at <> coalesce(t.last_at, 0)
       OR (c.last_message_id IS NOT t.last_message_id AND NOT EXISTS (SELECT 1 FROM strand s WHERE s.conversation_id = c.id AND s.last_at = c.last_at AND s.last_message_id = c.last_message_id)) LIMIT ?`, told)
  const attachments = tx.all<{ id: number, user_id: number, attachments: number, found: number }>(
    `SELECT * FROM (SELECT m.id, m.user_id, b.attachments, (SELECT count(*) FROM attachment a WHERE a.message_id = m.id) AS found FROM message m JOIN message_body b ON b.message_id = m.id)
     WHERE attachments <> found LIMIT ?`, told)
  return [
    ...strands.map(row => wrong('counter', `Strand ${row.id} ${differences(row)}`, { what: 'strand', id: row.id, userId: row.user_id })),
    ...conversations.map(row => wrong('counter', `Conversation c${row.id} ${differences(row)}`, { what: 'conversation', id: row.id, userId: row.user_id })),
    ...attachments.map(row => wrong('counter', `Message m${row.id} says ${row.attachments} attachments and has ${row.found}`, { what: 'attachments', id: row.id, userId: row.user_id }))
  ]
}

function differences(row: Counted): string {
  return [
    row.unread === row.true_unread ? '' : `says ${row.unread} unread and has ${row.true_unread}`,
    row.last_at === row.true_at ? '' : `says its newest is of ${row.last_at} and it is of ${row.true_at}`,
    row.last_message_id === row.true_message ? '' : `calls m${row.last_message_id} its newest message and it is m${row.true_message}`
  ].filter(Boolean).join(', ')
}

/** Every number between a user's floor and head has its event, and no other has. */
export function wrongLogs(tx: Reader): Wrong[] {
  const logs = tx.all<{ user_id: number, head: number, floor: number, n: number, least: number | null, most: number | null }>(
    'SELECT l.user_id, l.head, l.floor, count(e.seq) AS n, min(e.seq) AS least, max(e.seq) AS most FROM user_log l LEFT JOIN event e ON e.user_id = l.user_id GROUP BY l.user_id')
  const bare = tx.all<{ id: number }>('SELECT u.id FROM user u LEFT JOIN user_log l ON l.user_id = u.id WHERE l.user_id IS NULL')
  const orphans = tx.get<{ n: number }>('SELECT count(*) AS n FROM event WHERE user_id NOT IN (SELECT user_id FROM user_log)')!.n
  return [
    ...logs.filter(({ head, floor, n, least, most }) => n !== head - floor || (n > 0 && (least !== floor + 1 || most !== head)))
      .map(({ user_id: id, head, floor, n, least, most }) => wrong('log', `The log of user u${id} should go from ${floor + 1} to ${head}, and has ${n} events${n > 0 ? ` from ${least} to ${most}` : ''}`, { what: 'log', id, userId: id })),
    ...bare.map(({ id }) => wrong('log', `User u${id} has no log`)),
    ...orphans > 0 ? [wrong('log', `${orphans} events belong to no user's log`)] : []
  ]
}

/** Original bytes in the database that are not what their digest says. */
export function wrongRaws(tx: Reader): Wrong[] {
  const found: Wrong[] = []
  let after: Uint8Array = new Uint8Array(0)
  for (;;) {
    const rows = tx.all<{ digest: Uint8Array, size: number, bytes: Uint8Array | null }>('SELECT digest, size, bytes FROM raw WHERE digest > ? ORDER BY digest LIMIT 200', after)
    if (rows.length === 0) return found
    after = rows.at(-1)!.digest
    for (const { digest, size, bytes } of rows) {
      if (bytes !== null && !holds(bytes, digest, size)) found.push(wrong('file', `The original bytes ${Buffer.from(digest).toString('hex').slice(0, 16)}… of a message are damaged`))
    }
  }
}

function holds(packed: Uint8Array, digest: Uint8Array, size: number): boolean {
  try {
    const bytes = unpackRaw(packed, size + 1)
    return bytes.length === size && createHash('sha256').update(bytes).digest().equals(digest)
  } catch {
    return false
  }
}

function wrong(kind: Wrong['kind'], text: string, mend: Mend | null = null): Wrong {
  return { kind, text, mend }
}
