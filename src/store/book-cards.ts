import type { BookCard } from '../model/book.ts'
import type { Reader, Writer } from './tx.ts'

/** Somebody in an address book that is kept in step. `contactId` null: deleted here, and to be deleted there. */
export type CardRow = { accountId: number, remoteId: string, version: string, contactId: number | null, contactRev: number, base: BookCard, befriended: boolean, tries: number }

type Columns = { account_id: number, remote_id: string, version: string, contact_id: number | null, contact_rev: number, base: string, befriended: number, tries: number }
const columns = 'k.account_id, k.remote_id, k.version, k.contact_id, k.contact_rev, k.base, k.befriended, k.tries'
const cardOf = (row: Columns): CardRow => ({ accountId: row.account_id, remoteId: row.remote_id, version: row.version, contactId: row.contact_id, contactRev: row.contact_rev, base: JSON.parse(row.base), befriended: row.befriended === 1, tries: row.tries })

export function findCard(tx: Reader, accountId: number, remoteId: string): CardRow | undefined {
  const row = tx.get<Columns>(`SELECT ${columns} FROM card k WHERE k.account_id = ? AND k.remote_id = ?`, accountId, remoteId)
  return row && cardOf(row)
}

/** Every card of a book whose network says nothing of it any more. */
export function cardsBut(tx: Reader, accountId: number, present: string[]): CardRow[] {
  return tx.all<Columns>(`SELECT ${columns} FROM card k WHERE k.account_id = ? AND k.remote_id NOT IN (SELECT value FROM json_each(?))`, accountId, JSON.stringify(present)).map(cardOf)
}

export function putCard(tx: Writer, { accountId, remoteId, version, contactId, contactRev, base, befriended }: Omit<CardRow, 'tries'>): void {
  tx.run(
    `INSERT INTO card (account_id, remote_id, version, contact_id, contact_rev, base, befriended) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
     ON CONFLICT DO UPDATE SET version = ?3, contact_id = ?4, contact_rev = ?5, base = ?6, befriended = ?7, tries = 0, next_at = 0`,
    accountId, remoteId, version, contactId, contactRev, JSON.stringify(base), Number(befriended))
}

export function removeCard(tx: Writer, accountId: number, remoteId: string): void {
  tx.run('DELETE FROM card WHERE account_id = ? AND remote_id = ?', accountId, remoteId)
}

/** Cards whose contact has changed or is deleted since both were the same, those that are due. Who was joined into somebody is left as it is there. */
export function changedCards(tx: Reader, accountId: number, now: number, limit: number): CardRow[] {
  return tx.all<Columns>(
    `SELECT ${columns} FROM card k LEFT JOIN contact c ON c.id = k.contact_id
     WHERE k.account_id = ? AND k.next_at <= ? AND (k.contact_id IS NULL OR (c.redirect_to IS NULL AND c.rev <> k.contact_rev)) LIMIT ?`, accountId, now, limit).map(cardOf)
}

/** When a card that had to wait is due (ms); null: none waits. */
export function nextCardTime(tx: Reader, accountId: number, now: number): number | null {
  return tx.get<{ at: number | null }>('SELECT min(next_at) AS at FROM card WHERE account_id = ? AND next_at > ?', accountId, now)!.at
}

export function deferCard(tx: Writer, accountId: number, remoteId: string, nextAt: number): void {
  tx.run('UPDATE card SET tries = tries + 1, next_at = ? WHERE account_id = ? AND remote_id = ?', nextAt, accountId, remoteId)
}

/** What was compared and needs nothing, or what the network will never take: only the next change counts. */
export function cardCompared(tx: Writer, accountId: number, remoteId: string, contactRev: number): void {
  tx.run('UPDATE card SET contact_rev = ?, tries = 0, next_at = 0 WHERE account_id = ? AND remote_id = ?', contactRev, accountId, remoteId)
}

/** Friends who are in no address book of theirs, by an address that a card can have. */
export function friendsWithoutCard(tx: Reader, userId: number, kinds: readonly string[], limit: number): number[] {
  return tx.all<{ id: number }>(
    `SELECT c.id FROM contact c WHERE c.user_id = ? AND c.friend = 1 AND c.redirect_to IS NULL AND NOT EXISTS (SELECT 1 FROM card k WHERE k.contact_id = c.id)
     AND EXISTS (SELECT 1 FROM address a WHERE a.contact_id = c.id AND a.kind IN (SELECT value FROM json_each(?))) LIMIT ?`, userId, JSON.stringify(kinds), limit).map(({ id }) => id)
}

/** Somebody is deleted here: their cards are to be deleted there. Returns the accounts. */
export function orphanCards(tx: Writer, contactId: number): number[] {
  return tx.all<{ accountId: number }>('UPDATE card SET contact_id = NULL, next_at = 0 WHERE contact_id = ? RETURNING account_id AS accountId', contactId).map(({ accountId }) => accountId)
}

/** Whether anything was exchanged with a contact, alone or in a group. */
export function hasMessages(tx: Reader, contactId: number): boolean {
  return tx.get(
    `SELECT 1 FROM address a WHERE a.contact_id = ?1 AND (EXISTS (SELECT 1 FROM strand s WHERE s.address_id = a.id) OR EXISTS (SELECT 1 FROM strand_member m WHERE m.address_id = a.id)
       OR EXISTS (SELECT 1 FROM message m JOIN speaker p ON p.strand_id = m.strand_id AND p.address_id = a.id))`, contactId) !== undefined
}
