import { cpus, totalmem } from 'node:os'
import Database from 'better-sqlite3'

/** What the figures were taken on, in one line: they mean nothing without it. */
export function machine(): string {
  const db = new Database(':memory:')
  const { version } = db.prepare('SELECT sqlite_version() AS version').get() as { version: string }
  db.close()
  const [first, ...others] = cpus()
  const gib = totalmem() / 2 ** 30
  return `${first?.model.trim() ?? 'unknown'}, ${others.length + 1} cores, ${gib.toFixed(0)} GiB, ${process.platform}, Node ${process.versions.node}, SQLite ${version}`
}
