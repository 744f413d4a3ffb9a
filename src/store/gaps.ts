import type { ChangeList } from '../model/event.ts'
import type { Reader, Writer } from './tx.ts'

/** A time in which an account was deaf. `until`: connected again; `filledAt`: everything of that time has been handed over. All ms. */
export type Gap = { id: number, since: number, until: number | null, filledAt: number | null }

/** The newest gaps of an account, newest first. */
export function gapsOf(tx: Reader, accountId: number, limit = 10): Gap[] {
  return tx.all<Gap>('SELECT id, since, until, filled_at AS filledAt FROM gap WHERE account_id = ? ORDER BY id DESC LIMIT ?', accountId, limit)
}

/** The account is deaf since then. A gap that has not been filled goes on instead: a connection that flaps is deaf all along. */
export function openGap(tx: Writer, changes: ChangeList, accountId: number, since: number): void {
  if (tx.get('SELECT 1 FROM gap WHERE account_id = ? AND until IS NULL', accountId)) return
  const goesOn = tx.run('UPDATE gap SET until = NULL WHERE account_id = ? AND filled_at IS NULL', accountId)
  if (goesOn === 0) tx.run('INSERT INTO gap (id, account_id, since) VALUES (?, ?, ?)', tx.nextId('gap'), accountId, since)
  accountChanged(tx, changes, accountId)
}

/** Connected again: the gap, where one was open, has its end and waits to be filled. */
export function endGap(tx: Writer, changes: ChangeList, accountId: number, until: number): void {
  const ended = tx.run('UPDATE gap SET until = max(since, ?) WHERE account_id = ? AND until IS NULL', until, accountId)
  if (ended > 0) accountChanged(tx, changes, accountId)
}

/** Everything up to now has been handed over: the gaps that waited for that are filled. */
export function fillGaps(tx: Writer, changes: ChangeList, accountId: number, now: number): void {
  const filled = tx.run('UPDATE gap SET until = coalesce(until, max(since, ?1)), filled_at = ?1 WHERE account_id = ?2 AND filled_at IS NULL', now, accountId)
  if (filled > 0) accountChanged(tx, changes, accountId)
}

/** Gaps are part of the account that clients see. */
function accountChanged(tx: Writer, changes: ChangeList, accountId: number): void {
  const row = tx.get<{ rev: number }>('UPDATE account SET rev = rev + 1 WHERE id = ? AND removed_at IS NULL RETURNING rev', accountId)
  if (row) changes.add('account.changed', accountId, row.rev)
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
