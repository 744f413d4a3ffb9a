import type { Reader, Writer } from './tx.ts'

/** A contact whom the user knows: a friend, or somebody written to. */
export type Known = { id: number, name: string }

/** What two contacts have in common besides their name, as far as the user's own messages show it. */
export type Shared = { people: number[], topics: string[] }

/** The contacts that bear a name and whom the user knows, oldest first. Who only writes, under whatever name, is not among them. */
export function knownByName(tx: Reader, userId: number): Known[] {
  return tx.all<Known>(
    `SELECT c.id, c.name FROM contact c WHERE c.user_id = ? AND c.redirect_to IS NULL AND c.blocked = 0 AND c.name <> ''
     AND EXISTS (SELECT 1 FROM address a WHERE a.contact_id = c.id AND (c.friend = 1 OR a.last_out_at > 0)) ORDER BY c.id`, userId)
}

/** People in groups with both, and subjects in the threads of both; the first few. */
export function sharedBy(tx: Reader, one: number, other: number): Shared {
  const people = `SELECT DISTINCT o.contact_id FROM address a JOIN strand_member m ON m.address_id = a.id JOIN strand_member x ON x.strand_id = m.strand_id JOIN address o ON o.id = x.address_id WHERE a.contact_id =`
  const topics = `SELECT DISTINCT m.topic_id FROM address a JOIN strand s ON s.address_id = a.id JOIN message m ON m.strand_id = s.id WHERE m.topic_id IS NOT NULL AND a.contact_id =`
  return {
    people: tx.all<{ id: number }>(`SELECT contact_id AS id FROM (${people} ?1 INTERSECT ${people} ?2) WHERE contact_id NOT IN (?1, ?2) ORDER BY id LIMIT 3`, one, other).map(({ id }) => id),
    topics: tx.all<{ subject: string }>(`SELECT subject FROM topic WHERE id IN (${topics} ?1 INTERSECT ${topics} ?2) AND subject <> '' ORDER BY id LIMIT 3`, one, other).map(({ subject }) => subject)
  }
}

/** Whether the user has said that these are two. In any order. */
export function areApart(tx: Reader, userId: number, a: number, b: number): boolean {
  return tx.get('SELECT 1 FROM apart WHERE user_id = ? AND one = ? AND other = ?', userId, Math.min(a, b), Math.max(a, b)) !== undefined
}

export function keepApart(tx: Writer, userId: number, a: number, b: number): void {
  tx.run('INSERT INTO apart (user_id, one, other) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', userId, Math.min(a, b), Math.max(a, b))
}
