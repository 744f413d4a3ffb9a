import { ApiError } from './errors.ts'
import { writtenAs } from './written.ts'

/** A key of a list as an opaque text. */
export function cursorOf(...key: number[]): string {
  return Buffer.from(key.join(' ')).toString('base64url')
}

/** The key in a cursor of `length` numbers; null without one. Throws invalid_params for what was never handed out. */
export function keyOf(cursor: string | undefined, length: number): number[] | null {
  if (cursor === undefined) return null
  const text = Buffer.from(cursor, 'base64url').toString()
  const key = text.split(' ').map(Number)
  if (!/^-?[0-9]+( -?[0-9]+)*$/.test(text) || key.length !== length || !key.every(Number.isSafeInteger)) throw new ApiError('invalid_params', 'params.cursor is none of this list: take nextCursor of the page before, or leave it out')
  return key
}

/**
 * What a page and the key after it hold: `rows` was read with one more than `limit`, and it stops before 1 MiB. `shown`: the items of
 * the rows in their order, or what makes one of a row; no more of them are made than are needed.
 */
export function pageOf<Row, Item>(rows: Row[], limit: number, shown: Iterable<Item> | ((row: Row) => Item), key: (row: Row) => number[], maxBytes = 900_000): { items: Item[], nextCursor: string | null } {
  const items: Item[] = []
  const texts: string[] = []
  let bytes = 0
  for (const item of typeof shown === 'function' ? presented(rows.slice(0, limit), shown) : shown) {
    const text = JSON.stringify(item)
    bytes += Buffer.byteLength(text)
    if (bytes > maxBytes && items.length > 0) break
    items.push(item)
    texts.push(text)
    if (items.length === limit) break
  }
  const more = items.length < rows.length
  return { items: writtenAs(items, texts), nextCursor: more ? cursorOf(...key(rows[items.length - 1]!)) : null }
}

function * presented<Row, Item>(rows: Row[], present: (row: Row) => Item): Generator<Item> {
  for (const row of rows) yield present(row)
}
