import type { Address } from '../model/incoming.ts'
import type { Reader, Writer } from './tx.ts'

/** Keeps when addresses of a user's contacts were last present (ms); it only rises. No event: presence is told as a signal. */
export function noteLastSeen(tx: Writer, userId: number, seen: { address: Address, at: number }[]): void {
  for (const { address: { kind, address }, at } of seen) {
    tx.run('UPDATE address SET last_seen_at = ?1 WHERE user_id = ?2 AND kind = ?3 AND address = ?4 AND coalesce(last_seen_at, 0) < ?1', at, userId, kind, address)
  }
}

/** When any of a contact's addresses was last present (ms), as far as it is kept; null: never. */
export function lastSeenOf(tx: Reader, contactId: number): number | null {
  return tx.get<{ at: number | null }>('SELECT max(last_seen_at) AS at FROM address WHERE contact_id = ?', contactId)!.at
}
