import type { Path } from '../model/path.ts'
import type { Reader, Writer } from './tx.ts'

/** Other users of this server who share whom they are friends with. */
export function sharingUsers(tx: Reader, userId: number): number[] {
  return tx.all<{ id: number }>("SELECT id FROM user WHERE id <> ? AND json_extract(settings, '$.shareFriends') = 1 ORDER BY id", userId).map(({ id }) => id)
}

/**
 * Whether a mail that has proved to be from this address is one that the other user sent by this server: it bears the Message-ID
 * of something dispatched here, which nobody else can choose, and the same sender.
 */
export function sentHere(tx: Reader, otherId: number, messageId: string, address: { kind: string, address: string }): boolean {
  return tx.get(
    `SELECT 1 FROM message m JOIN dispatch d ON d.message_id = m.id WHERE m.user_id = ? AND m.message_id = ? AND m.direction = 'out'
     AND json_extract(m.sender, '$.kind') = ? AND json_extract(m.sender, '$.address') = ? LIMIT 1`, otherId, messageId, address.kind, address.address) !== undefined
}

/** Notes that one of the user's addresses is another user's of this server. False: it was known. */
export function addNeighbour(tx: Writer, userId: number, addressId: number, otherId: number): boolean {
  return tx.run('INSERT INTO neighbour (address_id, user_id, other_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', addressId, userId, otherId) === 1
}

const sharedBy = `FROM neighbour n JOIN address via ON via.id = n.address_id JOIN contact c ON c.id = via.contact_id AND c.friend = 1 AND c.blocked = 0 AND c.redirect_to IS NULL
  JOIN user u ON u.id = n.other_id AND json_extract(u.settings, '$.shareFriends') = 1
  JOIN address theirs ON theirs.user_id = n.other_id JOIN contact f ON f.id = theirs.contact_id AND f.friend = 1 AND f.blocked = 0 AND f.redirect_to IS NULL`

/** Friends of the user on this server who share their list, and have this address on it: the addresses by which the user knows them. */
export function sharedWith(tx: Reader, userId: number, { kind, address }: { kind: string, address: string }): number[] {
  return tx.all<{ id: number }>(`SELECT DISTINCT n.address_id AS id ${sharedBy} WHERE n.user_id = ? AND theirs.kind = ? AND theirs.address = ? ORDER BY id`, userId, kind, address).map(({ id }) => id)
}

/** The ways of other users that lead through this user's list, and hold no more: it is not shared any more, or they are not on it. */
export function endedShares(tx: Reader, otherId: number): (Pick<Path, 'addressId' | 'viaId'> & { userId: number, contactId: number })[] {
  return tx.all(
    `SELECT p.address_id AS addressId, p.via_id AS viaId, n.user_id AS userId, mine.contact_id AS contactId
     FROM neighbour n JOIN path p ON p.via_id = n.address_id AND p.kind = 'shared' JOIN address mine ON mine.id = p.address_id
     WHERE n.other_id = ?1 AND NOT EXISTS (
       SELECT 1 FROM user u JOIN address theirs ON theirs.user_id = u.id JOIN contact f ON f.id = theirs.contact_id AND f.friend = 1 AND f.blocked = 0 AND f.redirect_to IS NULL
       WHERE u.id = ?1 AND json_extract(u.settings, '$.shareFriends') = 1 AND theirs.kind = mine.kind AND theirs.address = mine.address)
     ORDER BY n.user_id, mine.contact_id`, otherId)
}

export function removeShare(tx: Writer, addressId: number, viaId: number): void {
  tx.run("DELETE FROM path WHERE address_id = ? AND via_id = ? AND kind = 'shared'", addressId, viaId)
}
