import type { SqliteDatabase, SqliteStatement } from './sqlite.ts'
import type { Reader, Value, Writer } from './tx.ts'

type IdTable = Parameters<Writer['nextId']>[0]

/** A prepared statement. The driver takes `?1` for a name, so statements that number their parameters are bound by name. */
class Statement {
  readonly writes: boolean
  readonly #prepared: SqliteStatement
  readonly #numbered: boolean

  constructor(prepared: SqliteStatement, numbered: boolean) {
    this.writes = !prepared.readonly
    this.#prepared = prepared
    this.#numbered = numbered
  }

  get(values: Value[] = []): unknown {
    return this.#numbered ? this.#prepared.get(named(values)) : this.#prepared.get(...values)
  }

  all(values: Value[] = []): unknown[] {
    return this.#numbered ? this.#prepared.all(named(values)) : this.#prepared.all(...values)
  }

  run(values: Value[] = []): number {
    return (this.#numbered ? this.#prepared.run(named(values)) : this.#prepared.run(...values)).changes
  }
}

const named = (values: Value[]): Record<string, Value> => Object.fromEntries(values.map((value, i) => [i + 1, value]))

/** Statements of one connection, kept by their text. Pragmas and BEGIN are not for it. */
export class Statements {
  readonly #db: SqliteDatabase
  readonly #kept = new Map<string, Statement>()

  constructor(db: SqliteDatabase) {
    this.#db = db
  }

  of(sql: string): Statement {
    let statement = this.#kept.get(sql)
    if (!statement) this.#kept.set(sql, statement = new Statement(this.#db.prepare<unknown[]>(sql), /\?[1-9]/.test(sql)))
    return statement
  }
}

/** Rising ids for each table, seeded from what is stored and from the highest that was ever deleted. An id given in a transaction that failed is not given again. */
export class Ids {
  readonly #last = new Map<IdTable, number>()
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  next(table: IdTable): number {
    const last = this.#last.get(table) ?? (this.#statements.of(`SELECT max(coalesce((SELECT max(id) FROM "${table}"), 0), coalesce((SELECT id FROM id_mark WHERE name = '${table}'), 0)) AS id`).get() as { id: number }).id
    this.#last.set(table, last + 1)
    return last + 1
  }
}

/**
 * What a job sees of its transaction. It throws once the transaction is over, also when the database ended it on its own
 * (a full disk rolls back by itself; what came after would be committed one by one).
 */
export class Transaction implements Writer {
  readonly #db: SqliteDatabase
  readonly #statements: Statements
  readonly #ids: Ids
  #open = true
  #depth = 0

  constructor(db: SqliteDatabase, statements: Statements, ids: Ids) {
    this.#db = db
    this.#statements = statements
    this.#ids = ids
  }

  end(): void {
    this.#open = false
  }

  get<Row>(sql: string, ...values: Value[]): Row | undefined {
    return this.#of(sql).get(values) as Row | undefined
  }

  all<Row>(sql: string, ...values: Value[]): Row[] {
    return this.#of(sql).all(values) as Row[]
  }

  run(sql: string, ...values: Value[]): number {
    return this.#of(sql).run(values)
  }

  savepoint<T>(fn: () => T): T {
    this.#check()
    const name = `kinbox_${++this.#depth}`
    try {
      this.#of(`SAVEPOINT ${name}`).run()
      const result = fn()
      refusePromise(result)
      this.#of(`RELEASE ${name}`).run()
      return result
    } catch (error) {
      if (this.#open && this.#db.inTransaction) {
        this.#statements.of(`ROLLBACK TO ${name}`).run()
        this.#statements.of(`RELEASE ${name}`).run()
      }
      throw error
    } finally {
      this.#depth--
    }
  }

  nextId(table: IdTable): number {
    this.#check()
    return this.#ids.next(table)
  }

  #of(sql: string): Statement {
    if (!this.#open) throw new Error('the transaction is over')
    const statement = this.#statements.of(sql)
    // Asking the database costs as much as a small read, and a read at the wrong time does no harm.
    if (statement.writes) this.#check()
    return statement
  }

  #check(): void {
    if (!this.#open || !this.#db.inTransaction) throw new Error('the transaction is over')
  }
}

/** Reads on a connection of its own. */
export function readerOf(statements: Statements): Reader {
  return {
    get<Row>(sql: string, ...values: Value[]): Row | undefined {
      return statements.of(sql).get(values) as Row | undefined
    },
    all<Row>(sql: string, ...values: Value[]): Row[] {
      return statements.of(sql).all(values) as Row[]
    }
  }
}

/** Throws when a synchronous transaction returns a promise: what comes after its first await would be written outside of it. */
export function refusePromise(value: unknown): void {
  if (typeof value !== 'object' || value === null || !('then' in value) || typeof value.then !== 'function') return
  Promise.resolve(value).catch(() => undefined)
  throw new Error('this transaction is synchronous: its function must not return a promise')
}
