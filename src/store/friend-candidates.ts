import type { Reader } from './tx.ts'

export type Candidate = { contactId: number, written: number, received: number, lastAt: number }

/** So many addresses, and of each so many of its newest messages, are counted: enough to tell who matters, and bounded at any size. */
const addresses = 200
const messages = 100

/** Whom the user writes to, most often first: counted over the newest messages with the people last written to. Blocked ones are left out; friends are not. */
export function friendCandidates(tx: Reader, userId: number, limit: number): Candidate[] {
  return tx.all<Candidate>(
    `SELECT contactId, sum(written) AS written, sum(received) AS received, max(lastAt) AS lastAt FROM (
      SELECT r.contact_id AS contactId, r.last_out_at AS lastAt,
        (SELECT count(*) FROM (SELECT direction FROM message WHERE strand_id = r.strand_id ORDER BY sort_at DESC, id DESC LIMIT ?3) WHERE direction = 'out') AS written,
        (SELECT count(*) FROM (SELECT direction FROM message WHERE strand_id = r.strand_id ORDER BY sort_at DESC, id DESC LIMIT ?3) WHERE direction = 'in') AS received
      FROM (
        SELECT a.contact_id, a.last_out_at, (SELECT s.id FROM strand s WHERE s.address_id = a.id LIMIT 1) AS strand_id
        FROM address a JOIN contact c ON c.id = a.contact_id
        WHERE a.user_id = ?1 AND a.last_out_at > 0 AND c.blocked = 0 AND c.redirect_to IS NULL
          AND NOT EXISTS (SELECT 1 FROM identity i WHERE i.user_id = a.user_id AND i.kind = a.kind AND i.address = a.address)
        ORDER BY a.last_out_at DESC LIMIT ?2
      ) r
    ) GROUP BY contactId HAVING sum(written) > 0 ORDER BY written DESC, lastAt DESC, contactId LIMIT ?4`,
    userId, addresses, messages, limit
  )
}
