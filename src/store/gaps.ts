import type { Reader, Writer } from './tx.ts'

/** A time in which an account was deaf. `until`: connected again; `filledAt`: everything of that time has been handed over. All ms. */
export type Gap = { id: number, since: number, until: number | null, filledAt: number | null }

/** The newest gaps of an account, newest first. */
export function gapsOf(tx: Reader, accountId: number, limit = 10): Gap[] {
  return tx.all<Gap>('SELECT id, since, until, filled_at AS filledAt FROM gap WHERE account_id = ? ORDER BY id DESC LIMIT ?', accountId, limit)
}

/** The account is deaf since then. One gap at a time: while one is open, nothing is added. True when one was. */
export function openGap(tx: Writer, accountId: number, since: number): boolean {
  if (tx.get('SELECT 1 FROM gap WHERE account_id = ? AND until IS NULL', accountId)) return false
  tx.run('INSERT INTO gap (id, account_id, since) VALUES (?, ?, ?)', tx.nextId('gap'), accountId, since)
  return true
}

/** Connected again: the gap has its end, and waits to be filled. True when one was open. */
export function endGap(tx: Writer, accountId: number, until: number): boolean {
  return tx.run('UPDATE gap SET until = max(since, ?) WHERE account_id = ? AND until IS NULL', until, accountId) > 0
}

/** Everything up to now has been handed over. True when a gap was waiting for that. */
export function fillGaps(tx: Writer, accountId: number, now: number): boolean {
  return tx.run('UPDATE gap SET until = coalesce(until, max(since, ?1)), filled_at = ?1 WHERE account_id = ?2 AND filled_at IS NULL', now, accountId) > 0
}

/** When this server was last known to be alive (ms), as `noteAlive` wrote it; null before the first time. */
export function aliveAt(tx: Reader): number | null {
  const row = tx.get<{ value: string }>("SELECT value FROM meta WHERE key = 'alive_at'")
  return row ? Number(row.value) : null
}

/** Written each minute: after a crash it says since when the accounts were deaf. */
export function noteAlive(tx: Writer, now: number): void {
  tx.run("INSERT INTO meta (key, value) VALUES ('alive_at', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", String(now))
}
