import type { Reader, Writer } from './tx.ts'

/** Users whose log may hold something to prune: their ids. */
export function usersWithLog(tx: Reader): number[] {
  return tx.all<{ user_id: number }>('SELECT user_id FROM user_log WHERE head > floor ORDER BY user_id').map(({ user_id }) => user_id)
}

/**
 * Forgets the oldest events of a user: those before `before` (ms), and those beyond the newest `keep`, never one after `upTo`. At most `limit` at a
 * time; the floor moves with them. Returns how many.
 */
export function pruneEvents(tx: Writer, userId: number, { before, keep, limit, upTo: most = Infinity }: { before: number, keep: number, limit: number, upTo?: number }): number {
  const { head, floor } = tx.get<{ head: number, floor: number }>('SELECT head, floor FROM user_log WHERE user_id = ?', userId)!
  const old = tx.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM (SELECT seq, at FROM event WHERE user_id = ? ORDER BY seq LIMIT ?) WHERE at < ?', userId, limit, before)?.seq ?? floor
  const upTo = Math.min(Math.max(old, head - keep), floor + limit, most)
  if (upTo <= floor) return 0
  tx.run('UPDATE user_log SET floor = ? WHERE user_id = ?', upTo, userId)
  return tx.run('DELETE FROM event WHERE user_id = ? AND seq <= ?', userId, upTo)
}

/** Forgets what clients asked for before `before` (ms), at most `limit` at a time. Returns how many. */
export function pruneClientWrites(tx: Writer, before: number, limit: number): number {
  return tx.run('DELETE FROM client_write WHERE (user_id, client_id) IN (SELECT user_id, client_id FROM client_write WHERE at < ? ORDER BY at LIMIT ?)', before, limit)
}

/** Forgets tokens and sessions that ended, by their time or by being revoked, before `before` (ms). Returns how many. */
export function pruneLogins(tx: Writer, before: number, limit: number): number {
  return tx.run('DELETE FROM login WHERE id IN (SELECT id FROM login WHERE expires_at < ?1 OR revoked_at < ?1 ORDER BY id LIMIT ?2)', before, limit)
}
