import { ApiError } from './errors.ts'

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

/** What a page and the key after it hold: `items` was read with one more than `limit`, and it stops before 1 MiB. */
export function pageOf<Row, Item>(rows: Row[], limit: number, present: (row: Row) => Item, key: (row: Row) => number[], maxBytes = 900_000): { items: Item[], nextCursor: string | null } {
  const items: Item[] = []
  let bytes = 0
  for (const row of rows.slice(0, limit)) {
    const item = present(row)
    bytes += Buffer.byteLength(JSON.stringify(item))
    if (bytes > maxBytes && items.length > 0) break
    items.push(item)
  }
  const more = items.length < rows.length
  return { items, nextCursor: more ? cursorOf(...key(rows[items.length - 1]!)) : null }
}
