import type { ChangeList } from '../model/event.ts'
import type { Path } from '../model/path.ts'
import type { Reader, Writer } from './tx.ts'

type Row = { addressId: number, viaId: number, contactId: number, name: string, kind: Path['kind'], about: string, at: number }

/** Only who is a friend now, and not blocked, vouches for somebody. */
const paths = `SELECT p.address_id AS addressId, p.via_id AS viaId, c.id AS contactId, CASE c.name WHEN '' THEN via.address ELSE c.name END AS name, p.kind, p.about, p.at
  FROM address mine JOIN path p ON p.address_id = mine.id JOIN address via ON via.id = p.via_id
  JOIN contact c ON c.id = via.contact_id AND c.friend = 1 AND c.blocked = 0 AND c.redirect_to IS NULL AND c.id <> mine.contact_id`

const pathsToOne = `${paths} WHERE mine.contact_id = ? ORDER BY p.at, p.via_id, p.kind LIMIT 10`

/** Through whom the user knows somebody, the oldest way first. Empty: through nobody. */
export function pathsTo(tx: Reader, contactId: number): Path[] {
  return tx.all<Row>(pathsToOne, contactId)
}

/** Notes a way to an address. False: it was known. */
export function addPath(tx: Writer, { addressId, viaId, kind, about, at }: Pick<Path, 'addressId' | 'viaId' | 'kind' | 'about' | 'at'>): boolean {
  return tx.run('INSERT INTO path (address_id, via_id, kind, about, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING', addressId, viaId, kind, about, at) === 1
}

/** Contacts that are known through one of this contact's addresses, whether that one is a friend or not. */
export function contactsThrough(tx: Reader, contactId: number): number[] {
  return tx.all<{ id: number }>(
    `SELECT DISTINCT mine.contact_id AS id FROM address via JOIN path p ON p.via_id = via.id JOIN address mine ON mine.id = p.address_id
     JOIN contact c ON c.id = mine.contact_id WHERE via.contact_id = ?1 AND c.redirect_to IS NULL AND c.id <> ?1 ORDER BY id`, contactId).map(({ id }) => id)
}

/** What clients see of these contacts has changed: their ways, or the name of a friend in them. */
export function touchContacts(tx: Writer, changes: ChangeList, contactIds: number[]): void {
  for (const id of contactIds) changes.add('contact.changed', id, tx.get<{ rev: number }>('UPDATE contact SET rev = rev + 1 WHERE id = ? RETURNING rev', id)!.rev)
}

/** Notes who has written in a room; address 0 is the user. False: it was known. */
export function addSpeaker(tx: Writer, strandId: number, addressId: number): boolean {
  return tx.run('INSERT INTO speaker (strand_id, address_id) VALUES (?, ?) ON CONFLICT DO NOTHING', strandId, addressId) === 1
}

/** Who has written in a room, at most `limit`. */
export function speakersOf(tx: Reader, strandId: number, limit: number): number[] {
  return tx.all<{ id: number }>('SELECT address_id AS id FROM speaker WHERE strand_id = ? ORDER BY address_id LIMIT ?', strandId, limit).map(({ id }) => id)
}
