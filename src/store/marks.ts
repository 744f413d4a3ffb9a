import type { Reader, Writer } from './tx.ts'

/** A place whose network is still to be told that it is seen, or is not any more. */
export type Mark = { remoteId: string, seen: boolean, tries: number }

/** Accounts whose network keeps the mark for the user alone, and those whose marks tell the sender. */
export type MarkAccounts = { own: number[], peer: number[] }

/**
 * Queues what was marked here for the networks that keep it. Where a mark tells the sender that they were read, one does for
 * all before it in a conversation, and nothing tells that they are unread again. Returns the accounts that have something to do.
 */
export function queueMarks(tx: Writer, messageIds: number[], seen: boolean, { own, peer }: MarkAccounts, now: number): number[] {
  const queue = (ids: number[], accounts: number[]) => ids.length === 0 || accounts.length === 0 ? [] : tx.all<{ account_id: number }>(
    `INSERT INTO mark_queue (account_id, remote_id, seen, next_at)
     SELECT account_id, remote_id, ?1, ?2 FROM place WHERE message_id IN (SELECT value FROM json_each(?3)) AND account_id IN (SELECT value FROM json_each(?4))
     ON CONFLICT (account_id, remote_id) DO UPDATE SET seen = excluded.seen, tries = 0, next_at = excluded.next_at RETURNING account_id`,
    Number(seen), now, JSON.stringify(ids), JSON.stringify(accounts))
  const newest = seen && peer.length > 0 ? tx.all<{ id: number }>(
    `SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY strand_id, account_id ORDER BY sort_at DESC, id DESC) AS place FROM message
     WHERE id IN (SELECT value FROM json_each(?)) AND direction = 'in' AND folded = 0) WHERE place = 1`, JSON.stringify(messageIds)).map(({ id }) => id) : []
  return [...new Set([...queue(messageIds, own), ...queue(newest, peer)].map(({ account_id }) => account_id))]
}

/** What is due on an account, of one kind (seen or not): these can go in one operation. */
export function nextMarks(tx: Reader, accountId: number, now: number, limit: number): Mark[] {
  const rows = tx.all<{ remote_id: string, seen: number, tries: number }>('SELECT remote_id, seen, tries FROM mark_queue WHERE account_id = ? AND next_at <= ? ORDER BY next_at, remote_id LIMIT ?', accountId, now, limit)
  return rows.filter(({ seen }) => seen === rows[0]!.seen).map(({ remote_id, seen, tries }) => ({ remoteId: remote_id, seen: seen === 1, tries }))
}

/** Those of them that are of somebody whom the user has blocked meanwhile: hidden, or folded among others. */
export function blockedMarks(tx: Reader, accountId: number, marks: Mark[]): Mark[] {
  const blocked = new Set(tx.all<{ id: string }>(
    `SELECT p.remote_id AS id FROM json_each(?1) asked CROSS JOIN place p ON p.account_id = ?2 AND p.remote_id = asked.value JOIN message m ON m.id = p.message_id
     JOIN strand s ON s.id = m.strand_id JOIN conversation c ON c.id = s.conversation_id WHERE m.folded = 1 OR c.blocked_at IS NOT NULL`,
    JSON.stringify(marks.map(({ remoteId }) => remoteId)), accountId).map(({ id }) => id))
  return marks.filter(({ remoteId }) => blocked.has(remoteId))
}

/** When an account has marks to tell (ms); null: none. */
export function nextMarkTime(tx: Reader, accountId: number): number | null {
  return tx.get<{ at: number | null }>('SELECT min(next_at) AS at FROM mark_queue WHERE account_id = ?', accountId)!.at
}

/** The network knows, or will never take it. What the user has marked the other way meanwhile stays. */
export function settleMarks(tx: Writer, accountId: number, marks: Mark[]): void {
  for (const { remoteId, seen } of marks) tx.run('DELETE FROM mark_queue WHERE account_id = ? AND remote_id = ? AND seen = ?', accountId, remoteId, Number(seen))
}

export function deferMarks(tx: Writer, accountId: number, marks: Mark[], nextAt: number): void {
  for (const { remoteId } of marks) tx.run('UPDATE mark_queue SET tries = tries + 1, next_at = ? WHERE account_id = ? AND remote_id = ?', nextAt, accountId, remoteId)
}

/** What the network is still to be told of a place: what it says itself is older. */
export function pendingMark(tx: Reader, accountId: number, remoteId: string): boolean {
  return tx.get('SELECT 1 FROM mark_queue WHERE account_id = ? AND remote_id = ?', accountId, remoteId) !== undefined
}
