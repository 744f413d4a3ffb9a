import type { Waiting } from '../model/digest.ts'
import type { Candidate } from '../model/raise.ts'
import { listIdentities } from './identities.ts'
import type { Reader, Writer } from './tx.ts'

/** Up to which day of the user's calendar digests have been made or left out, and which message was the newest then. */
export type DigestDone = { day: string, upTo: number }

export function digestDone(tx: Reader, userId: number): DigestDone | undefined {
  return tx.get<DigestDone>('SELECT day, up_to AS upTo FROM digest_done WHERE user_id = ?', userId)
}

export function setDigestDone(tx: Writer, userId: number, { day, upTo }: DigestDone): void {
  tx.run('INSERT INTO digest_done (user_id, day, up_to) VALUES (?, ?, ?) ON CONFLICT (user_id) DO UPDATE SET day = excluded.day, up_to = excluded.up_to', userId, day, upTo)
}

/** The newest message of all users: those of a later time have greater ids. */
export function newestMessage(tx: Reader): number {
  return tx.get<{ id: number | null }>('SELECT max(id) AS id FROM message')!.id ?? 0
}

/** By the messages of a time, and only those: what nobody has seen, in Other. */
const lying = 'FROM message m CROSS JOIN strand s ON s.id = m.strand_id CROSS JOIN conversation c ON c.id = s.conversation_id'
const unseen = `WHERE m.id > ?2 AND m.id <= ?3 AND m.user_id = ?1 AND m.direction = 'in' AND m.seen = 0 AND m.folded = 0
    AND c.folder = 'other' AND c.blocked_at IS NULL AND c.redirect_to IS NULL AND c.archived_at IS NULL`

/** Who is believed to be whom their address says: of others not even the address is told. */
const toldWaiting = `SELECT c.id, a.address, m.received_at AS since, max(m.id) AS newest ${lying} CROSS JOIN address a ON a.id = m.sender_id ${unseen}
  AND c.waiting = 1 AND c.stream IS NULL AND json_extract(c.because, '$.rule') = 'unknown' GROUP BY c.id ORDER BY newest DESC LIMIT ?4`
const allWaiting = `SELECT count(DISTINCT c.id) AS n ${lying} ${unseen} AND c.waiting = 1 AND c.stream IS NULL`
const inStreams = `SELECT c.stream, count(DISTINCT c.id) AS conversations ${lying} ${unseen} AND c.stream IS NOT NULL GROUP BY c.stream ORDER BY c.stream`

type Span = { after: number, upTo: number }

/** The newest `limit` of those who wait since then, and how many wait in all. */
export function newlyWaiting(tx: Reader, userId: number, { after, upTo }: Span, limit: number): { waiting: Waiting[], all: number } {
  const rows = tx.all<{ id: number, address: string, since: number }>(toldWaiting, userId, after, upTo, limit)
  const all = tx.get<{ n: number }>(allWaiting, userId, after, upTo)!.n
  return { waiting: rows.map(({ id, address, since }) => ({ conversation: id, shown: address, since })), all }
}

/** In how many conversations of each stream there is something new. */
export function newInStreams(tx: Reader, userId: number, { after, upTo }: Span): { stream: string, conversations: number }[] {
  return tx.all(inStreams, userId, after, upTo)
}

/** So many that wait are looked at in a day. */
const looked = 5000

/**
 * Who wrote to the user alone between two times (ms), and waits in the screener since, without anybody having seen it: proven as far as they can, with
 * nothing odd about them, and never raised before.
 */
export function raisable(tx: Reader, userId: number, { from, to }: { from: number, to: number }): Candidate[] {
  const own = new Set(listIdentities(tx, userId).map(({ kind, address }) => `${kind}:${address}`))
  const rows = tx.all<{ id: number, address: string, proof: string, since: number, recipients: string }>(
    `SELECT c.id, a.address, m.proof, m.received_at AS since, b.recipients, min(m.id) AS oldest
     FROM (SELECT id FROM conversation INDEXED BY conversation_waiting WHERE user_id = ?1 AND waiting = 1 AND blocked_at IS NULL AND redirect_to IS NULL AND archived_at IS NULL AND last_at > 0 AND last_at > ?2
             AND raised_at IS NULL AND stream IS NULL AND kind = 'person' AND json_extract(because, '$.rule') = 'unknown' ORDER BY last_at DESC LIMIT ${looked}) c
     CROSS JOIN strand s ON s.conversation_id = c.id CROSS JOIN message m ON m.strand_id = s.id CROSS JOIN message_body b ON b.message_id = m.id CROSS JOIN address a ON a.id = m.sender_id
     WHERE m.seen = 0 AND m.direction = 'in' AND m.automatic IS NULL AND m.received_at > ?2 AND m.received_at <= ?3 AND m.proof IN ('verified', 'weak')
       AND json_extract(m.because, '$.warnings') IS NULL AND json_array_length(b.recipients) <= 1
     GROUP BY c.id`, userId, from, to)
  return rows.filter(({ recipients }) => alone(recipients, own)).map(({ id, address, proof, since }) => ({ conversation: id, shown: address, address, since, verified: proof === 'verified' }))
}

function alone(recipients: string, own: ReadonlySet<string>): boolean {
  const all = JSON.parse(recipients) as { kind: string, address: string, role: string }[]
  return all.every(({ kind, address, role }) => role === 'to' && own.has(`${kind}:${address}`))
}

/** Only once ever. It shows nowhere in the conversation itself, so there is no event. */
export function markRaised(tx: Writer, userId: number, conversationId: number, now: number): void {
  tx.run('UPDATE conversation SET raised_at = ? WHERE id = ? AND user_id = ?', now, conversationId, userId)
}
