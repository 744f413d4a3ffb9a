import type { Reader } from './tx.ts'

/** The settings that keep data safe, as a connection has them, and the library's version. */
export function settingsInUse(tx: Reader): { journalMode: string, synchronous: number, foreignKeys: number, version: string } {
  return tx.get('SELECT (SELECT journal_mode FROM pragma_journal_mode) AS journalMode, (SELECT synchronous FROM pragma_synchronous) AS synchronous, (SELECT foreign_keys FROM pragma_foreign_keys) AS foreignKeys, sqlite_version() AS version')!
}

/** The newest time that the server noted by its own clock (ms): no clock should be behind it. */
export function newestNoted(tx: Reader): number {
  return tx.get<{ at: number }>("SELECT max(coalesce((SELECT max(created_at) FROM login), 0), coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'opened_at'), 0), coalesce((SELECT received_at FROM message ORDER BY id DESC LIMIT 1), 0)) AS at")!.at
}
