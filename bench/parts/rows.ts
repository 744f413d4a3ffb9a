import Database from 'better-sqlite3'
import type { Database as Sqlite, Statement } from 'better-sqlite3'

type Row = Record<string, string | number | bigint | Uint8Array | null>
export type Write = { sql: string, values: Row[string][] }

/** Rows that are made once; found by what they belong to, so that finding them costs the same at any size. */
const added = {
  message: 'SELECT * FROM message WHERE id > ?1 ORDER BY id',
  message_body: 'SELECT * FROM message_body WHERE message_id > ?1 ORDER BY message_id',
  raw: 'SELECT r.* FROM message_body b JOIN raw r ON r.digest = b.raw_digest WHERE b.message_id > ?1 ORDER BY b.message_id',
  place: 'SELECT p.* FROM message m JOIN place p ON p.message_id = m.id WHERE m.id > ?1 ORDER BY m.id',
  topic_ref: 'SELECT t.* FROM message m JOIN topic_ref t ON t.user_id = m.user_id AND t.message_id = m.message_id WHERE m.id > ?1 ORDER BY m.id',
  event: 'SELECT * FROM event WHERE user_id = ?2 AND seq > ?1 ORDER BY seq'
} as const

/** Rows that change, in an order in which no reference comes before what it refers to. */
const changing = ['contact', 'address', 'conversation', 'strand', 'topic', 'account', 'user_log'] as const

/**
 * Reads from a database what each batch left in it, as the fewest statements that write the same: an INSERT for each new
 * row as it is at the end of the batch, an UPDATE of the changed columns for each changed one.
 */
export function rowsOf(file: string, userId: number) {
  const db = new Database(file, { readonly: true })
  const last = { message: 0, event: 0 }
  const known = new Map<string, Map<number, Row>>()
  const statements = new Map<string, Statement<unknown[]>>()
  const read = (sql: string, ...values: number[]) => {
    let statement = statements.get(sql)
    if (!statement) statements.set(sql, statement = db.prepare<unknown[]>(sql))
    return statement.all(/\?\d/.test(sql) ? Object.fromEntries(values.map((value, i) => [i + 1, value])) : values) as Row[]
  }

  function changed(table: string): Write[] {
    const before = known.get(table) ?? new Map<number, Row>()
    const key = table === 'user_log' ? 'user_id' : 'id'
    const now = new Map(read(`SELECT * FROM ${table} ORDER BY ${key}`).map((row) => [Number(row[key]), row]))
    known.set(table, now)
    return [...now].flatMap(([id, row]): Write[] => {
      const old = before.get(id)
      if (!old) return [insertOf(table, row)]
      const columns = Object.keys(row).filter((column) => !same(row[column]!, old[column]!))
      return columns.length ? [{ sql: `UPDATE ${table} SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE ${key} = ?`, values: [...columns.map((column) => row[column]!), id] }] : []
    })
  }

  return {
    /** What is new since the last call. */
    next(): Write[] {
      const writes = changing.flatMap(changed)
      for (const [table, sql] of Object.entries(added)) {
        const rows = table === 'event' ? read(sql, last.event, userId) : read(sql, last.message)
        writes.push(...rows.map((row) => insertOf(table, row)))
        if (table === 'event') last.event = Number(rows.at(-1)?.['seq'] ?? last.event)
      }
      last.message = Number(writes.findLast(({ sql }) => sql.startsWith('INSERT INTO message '))?.values[0] ?? last.message)
      return writes
    },
    close: () => void db.close()
  }
}

const insertOf = (table: string, row: Row): Write => ({ sql: `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row).map(() => '?').join(', ')})`, values: Object.values(row) })

const same = (a: Row[string], b: Row[string]) => a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : a === b

/** Writes batches with prepared statements and nothing else, with the settings that the store has. */
export function openPlain(file: string) {
  const db: Sqlite = new Database(file)
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON', 'cache_size = -32768', 'wal_autocheckpoint = 1000']) db.pragma(pragma)
  const prepared = new Map<string, Statement<unknown[]>>()
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  const statementOf = (sql: string) => {
    let statement = prepared.get(sql)
    if (!statement) prepared.set(sql, statement = db.prepare<unknown[]>(sql))
    return statement
  }
  return {
    /** One transaction. */
    write(batch: Write[]): void {
      begin.run()
      for (const { sql, values } of batch) statementOf(sql).run(...values)
      commit.run()
    },
    close: () => void db.close()
  }
}

/** The tables in which two databases differ: none, or the comparison is of different work. */
export function differences(one: string, other: string): string[] {
  const [a, b] = [one, other].map((file) => new Database(file, { readonly: true }))
  const different = [...changing, ...Object.keys(added)].filter((table) => {
    const [left, right] = [a!, b!].map((db) => db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).raw().all().map((row) => JSON.stringify(row)))
    return left!.length !== right!.length || left!.some((row, i) => row !== right![i])
  })
  a!.close()
  b!.close()
  return different
}
