import type { IndexWriter } from './search-file.ts'
import type { Reader } from './tx.ts'

/** The columns of a message in the index, each as words (derived/words.ts). `beginnings`: those of three and four letters that any of them has. */
export type IndexRow = { sender: string, recipients: string, subject: string, files: string, text: string, quoted: string, tags: string, beginnings: string }
export const fields = ['sender', 'recipients', 'subject', 'files', 'text', 'quoted'] as const
export type Field = typeof fields[number]

/**
 * A message's row in the tables of words: the later its place, the smaller, so that the newest come first in the order that the index reads
 * fastest. As BigInt: a REAL makes FTS5 ignore a bound.
 */
const top = 2 ** 45
const rowOf = (key: number): bigint => BigInt(top - Math.min(key, top))

/** How far a user's index is: `scan` is null unless it is being made anew. */
export type Follow = { seq: number, scan: number | null }

/** Where messages are looked up: by their words and tags, or by how their words begin. */
export type Table = 'doc' | 'begin'

/** Tables for each user: then no user's words are read, counted or waited for when another one searches. */
const tables = (userId: number) => ({ doc: `doc_${Math.trunc(userId)}`, begin: `begin_${Math.trunc(userId)}`, who: `who_${Math.trunc(userId)}` })
/** Words come folded; what is added here is a private character that marks tags, so that no text can name one. */
const bare = `content='', contentless_delete=1`
const options = `${bare}, tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'"`

/** undefined: this user is not followed yet. */
export function followOf(tx: Reader, userId: number): Follow | undefined {
  return tx.get<Follow>('SELECT seq, scan FROM follow WHERE user_id = ?', userId)
}

export function setFollow(tx: IndexWriter, userId: number, { seq, scan }: Follow): void {
  tx.run('INSERT INTO follow (user_id, seq, scan) VALUES (?, ?, ?) ON CONFLICT (user_id) DO UPDATE SET seq = excluded.seq, scan = excluded.scan', userId, seq, scan)
}

/** An empty index for a user, instead of what there was. */
export function makeEmpty(tx: IndexWriter, userId: number): void {
  const { doc, begin, who } = tables(userId)
  for (const table of [doc, begin, who]) tx.run(`DROP TABLE IF EXISTS ${table}`)
  tx.run('DELETE FROM entry WHERE user_id = ?', userId)
  tx.run('DELETE FROM channel WHERE user_id = ?', userId)
  tx.run('DELETE FROM title WHERE user_id = ?', userId)
  tx.run(`CREATE VIRTUAL TABLE ${doc} USING fts5(${fields.join(', ')}, tags, ${options})`)
  tx.run(`CREATE VIRTUAL TABLE ${begin} USING fts5(beginnings, ${bare}, tokenize='ascii', detail=none)`)
  tx.run(`CREATE VIRTUAL TABLE ${who} USING fts5(name, addresses, tags, ${options}, prefix='1 2 3')`)
}

/** Where a message stands in the index of its user, and what was indexed of it. */
export function entryOf(tx: Reader, messageId: number): { userId: number, key: number, stamp: Uint8Array | null } | undefined {
  const row = tx.get<{ user_id: number, key: number, stamp: Uint8Array | null }>('SELECT user_id, key, stamp FROM entry WHERE message_id = ?', messageId)
  return row && { userId: row.user_id, key: row.key, stamp: row.stamp }
}

/** Gives a message the first free place at or after `key`. Returns it. */
export function takePlace(tx: IndexWriter, userId: number, messageId: number, key: number): number {
  while (tx.get('SELECT 1 FROM entry WHERE user_id = ? AND key = ?', userId, key)) key++
  tx.run('INSERT INTO entry (user_id, key, message_id) VALUES (?, ?, ?)', userId, key, messageId)
  return key
}

/** Writes the words of a message at its place, instead of what was there. Many at once take least work from the last place to the first. */
export function putRow(tx: IndexWriter, userId: number, { key, replaces, stamp }: { key: number, replaces: boolean, stamp: Uint8Array }, row: IndexRow): void {
  const { doc, begin } = tables(userId)
  if (replaces) for (const table of [doc, begin]) tx.run(`DELETE FROM ${table} WHERE rowid = ?`, rowOf(key))
  tx.run(`INSERT INTO ${doc} (rowid, sender, recipients, subject, files, text, quoted, tags) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    rowOf(key), row.sender, row.recipients, row.subject, row.files, row.text, row.quoted, row.tags)
  tx.run(`INSERT INTO ${begin} (rowid, beginnings) VALUES (?, ?)`, rowOf(key), row.beginnings)
  tx.run('UPDATE entry SET stamp = ? WHERE user_id = ? AND key = ?', stamp, userId, key)
}

export function removeRow(tx: IndexWriter, userId: number, key: number): void {
  const { doc, begin } = tables(userId)
  for (const table of [doc, begin]) tx.run(`DELETE FROM ${table} WHERE rowid = ?`, rowOf(key))
  tx.run('DELETE FROM entry WHERE user_id = ? AND key = ?', userId, key)
}

export function noteChannel(tx: IndexWriter, userId: number, name: string): void {
  tx.run('INSERT INTO channel (user_id, name) VALUES (?, ?) ON CONFLICT DO NOTHING', userId, name)
}

/** The channels that the user's messages came by, sorted. */
export function channelsOf(tx: Reader, userId: number): string[] {
  return tx.all<{ name: string }>('SELECT name FROM channel WHERE user_id = ? ORDER BY name', userId).map(({ name }) => name)
}

/** What a contact is called, instead of what was there; null: gone, or merged into another one. */
export function putContact(tx: IndexWriter, userId: number, contactId: number, row: { name: string, addresses: string, tags: string } | null): void {
  const { who } = tables(userId)
  tx.run(`DELETE FROM ${who} WHERE rowid = ?`, BigInt(contactId))
  if (row) tx.run(`INSERT INTO ${who} (rowid, name, addresses, tags) VALUES (?, ?, ?, ?)`, BigInt(contactId), row.name, row.addresses, row.tags)
}

/** Contacts that match an expression of FTS5, the newest first. */
export function contactsMatching(tx: Reader, userId: number, match: string, limit: number): number[] {
  const { who } = tables(userId)
  return tx.all<{ id: number }>(`SELECT rowid AS id FROM ${who} WHERE ${who} MATCH ? ORDER BY rowid DESC LIMIT ?`, match, limit).map(({ id }) => id)
}

/** What a conversation is called, in words, instead of what was there; '': it has no name of its own. Most events of a conversation change nothing of it. */
export function putTitle(tx: IndexWriter, userId: number, conversationId: number, words: string): void {
  const before = tx.get<{ words: string }>('SELECT words FROM title WHERE user_id = ? AND conversation_id = ?', userId, conversationId)?.words ?? ''
  if (words === before) return
  if (words === '') tx.run('DELETE FROM title WHERE user_id = ? AND conversation_id = ?', userId, conversationId)
  else tx.run('INSERT INTO title (user_id, conversation_id, words) VALUES (?, ?, ?) ON CONFLICT (user_id, conversation_id) DO UPDATE SET words = excluded.words', userId, conversationId, words)
}

/** The conversations of a user that have a name, in words. */
export function titlesOf(tx: Reader, userId: number): { id: number, words: string }[] {
  return tx.all('SELECT conversation_id AS id, words FROM title WHERE user_id = ? ORDER BY conversation_id', userId)
}

/** The newest messages that match an expression of FTS5, with a place from `from` up to before `before`. */
export function rowsMatching(tx: Reader, userId: number, table: Table, match: string, { from, before, limit }: { from: number, before: number, limit: number }): { key: number, messageId: number }[] {
  const words = tables(userId)[table]
  return tx.all(
    `SELECT entry.key, entry.message_id AS messageId FROM ${words} CROSS JOIN entry ON entry.user_id = ? AND entry.key = ${top} - ${words}.rowid
     WHERE ${words} MATCH ? AND ${words}.rowid > ? AND ${words}.rowid <= ? ORDER BY ${words}.rowid LIMIT ?`,
    userId, match, rowOf(before), rowOf(from), limit)
}

/** The parts of a table of a user's index, each by its pages. */
export function partsOf(tx: Reader, userId: number, table: Table): number[] {
  const words = tables(userId)[table]
  if (!tx.get('SELECT 1 FROM sqlite_schema WHERE name = ?', words)) return []
  return tx.all<{ pages: number }>(`SELECT count(*) AS pages FROM ${words}_idx GROUP BY segid`).map(({ pages }) => pages)
}

/**
 * Joins parts of a table of a user's index, writing some `pages` of it. `begin`: all that there are now into one; without it only what was
 * begun goes on. Returns whether there was something to do.
 */
export function tidy(tx: IndexWriter, userId: number, table: Table, { pages, begin }: { pages: number, begin: boolean }): boolean {
  const words = tables(userId)[table]
  const before = tx.get<{ changes: number }>('SELECT total_changes() AS changes')!.changes
  tx.run(`INSERT INTO ${words} (${words}, rank) VALUES ('merge', ?)`, BigInt(begin ? -pages : pages))
  return tx.get<{ changes: number }>('SELECT total_changes() AS changes')!.changes - before > 1
}
