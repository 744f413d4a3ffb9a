/**
 * What a query sees of the database. Statements are prepared once per connection and kept by their text, so queries are
 * written as constant strings. Row ids above 2^53 do not occur; bind them as numbers.
 */
export type Value = string | number | bigint | Uint8Array | null

export type Reader = {
  get<Row>(sql: string, ...values: Value[]): Row | undefined
  all<Row>(sql: string, ...values: Value[]): Row[]
}

/** Only handed out inside the writer's transactions. */
export type Writer = Reader & {
  /** Returns how many rows changed. */
  run(sql: string, ...values: Value[]): number
  /** Runs `fn` in a savepoint: when it throws, what it wrote is gone and the error goes on. */
  savepoint<T>(fn: () => T): T
  /** The next id for a table whose ids the writer gives: unique, rising, contiguous within a transaction. */
  nextId(table: 'message' | 'conversation' | 'strand' | 'contact' | 'address' | 'topic' | 'attachment' | 'dispatch' | 'attempt' | 'merge' | 'account' | 'identity' | 'user' | 'login' | 'gap' | 'rule' | 'screening'): number
}

/** `live` goes before `bulk`: what a person waits for before what may take a while. */
export type WriteLane = 'live' | 'bulk'
