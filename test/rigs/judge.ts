import { join } from 'node:path'
import Database from 'better-sqlite3'

/** A message as the database has it. */
export type Row = { id: number, direction: 'in' | 'out', status: string | null, rev: number, text: string, unreadable: string | null }
export type LogRow = { seq: number, type: string, object: number, rev: number, data: string }

/** What stands in the database, read by nothing of Kinbox. */
export type Judge = {
  messages(afterId?: number): Row[]
  log(userId?: number): LogRow[]
  head(userId?: number): number
  /** How many operations are in each state. */
  dispatches(): Record<string, number>
  /** Messages that lie at a place of an account of this kind. */
  placed(kind: string): Set<number>
  /** 'ok', or what SQLite finds wrong. */
  integrity(): string
  /** The schema as SQL, in one order. */
  schema(): string[]
  users(): string[]
  close(): void
}

/** Opens a data folder for reading only; a server may run on it, or have died on it. */
export function openJudge(folder: string): Judge {
  const db = new Database(join(folder, 'kinbox.db'), { readonly: true, fileMustExist: true, timeout: 5000 })
  return {
    messages: (afterId = 0) => db.prepare('SELECT m.id, m.direction, m.status, m.rev, b.text, b.unreadable FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.id > ? ORDER BY m.id').all(afterId) as Row[],
    log: (userId = 1) => db.prepare('SELECT seq, type, object, rev, data FROM event WHERE user_id = ? ORDER BY seq').all(userId) as LogRow[],
    head: (userId = 1) => (db.prepare('SELECT head FROM user_log WHERE user_id = ?').get(userId) as { head: number }).head,
    dispatches: () => Object.fromEntries((db.prepare('SELECT state, count(*) AS n FROM dispatch GROUP BY state').all() as { state: string, n: number }[]).map(({ state, n }) => [state, n])),
    placed: (kind) => new Set((db.prepare('SELECT p.message_id AS id FROM place p JOIN account a ON a.id = p.account_id WHERE a.kind = ?').all(kind) as { id: number }[]).map(({ id }) => id)),
    integrity: () => [...db.pragma('integrity_check') as { integrity_check: string }[], ...(db.pragma('foreign_key_check') as object[]).map((row) => ({ integrity_check: JSON.stringify(row) }))].map(({ integrity_check: words }) => words).join('; '),
    schema: () => (db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'mikro_orm%' ORDER BY name").all() as { sql: string }[]).map(({ sql }) => sql),
    users: () => (db.prepare('SELECT name FROM user ORDER BY id').all() as { name: string }[]).map(({ name }) => name),
    close: () => void db.close()
  }
}

/** The token that a rig put into a text; null where there is none. */
export function tokenIn(text: string): string | null {
  return /\brig-[a-z]+-[0-9]+\b/.exec(text)?.[0] ?? null
}

/** How often each token occurs. */
export function tally(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) {
    const token = tokenIn(text)
    if (token !== null) counts.set(token, (counts.get(token) ?? 0) + 1)
  }
  return counts
}
