import type { Reader, Writer } from './tx.ts'

/** A message whose sender could not be checked when it came. Times in ms. */
export type ProofDue = { messageId: number, userId: number, accountId: number, since: number, tries: number, rawDigest: Uint8Array | null }

export function noteProofDue(tx: Writer, messageId: number, accountId: number, now: number, nextAt: number): void {
  tx.run('INSERT INTO proof_due (message_id, account_id, since, next_at) VALUES (?, ?, ?, ?)', messageId, accountId, now, nextAt)
}

/** Those whose time has come, the longest waiting first. */
export function proofsDue(tx: Reader, now: number, limit: number): ProofDue[] {
  return tx.all<ProofDue>(
    `SELECT d.message_id AS messageId, m.user_id AS userId, d.account_id AS accountId, d.since, d.tries, b.raw_digest AS rawDigest
     FROM proof_due d JOIN message m ON m.id = d.message_id JOIN message_body b ON b.message_id = d.message_id WHERE d.next_at <= ? ORDER BY d.next_at LIMIT ?`, now, limit)
}

/** The messages that came in the same bytes and wait, too. */
export function waitingWith(tx: Reader, accountId: number, rawDigest: Uint8Array): number[] {
  return tx.all<{ id: number }>('SELECT d.message_id AS id FROM proof_due d JOIN message_body b ON b.message_id = d.message_id WHERE d.account_id = ? AND b.raw_digest = ? ORDER BY d.message_id', accountId, rawDigest).map(({ id }) => id)
}

export function proveLater(tx: Writer, messageId: number, nextAt: number): void {
  tx.run('UPDATE proof_due SET next_at = ?, tries = tries + 1 WHERE message_id = ?', nextAt, messageId)
}

export function forgetProofDue(tx: Writer, messageId: number): void {
  tx.run('DELETE FROM proof_due WHERE message_id = ?', messageId)
}
