import type { Reader, Writer } from './tx.ts'

/** How far a large file has been imported into an account. `changed` (ms) and `size` say which state of the file it was. */
export type Bookmark = { path: string, size: number, changed: number, at: number }

/** Where reading the file goes on; 0 when nothing is known of it as it is now. */
export function bookmarkAt(tx: Reader, accountId: number, { path, size, changed }: Omit<Bookmark, 'at'>): number {
  return tx.get<{ at: number }>('SELECT at FROM bookmark WHERE account_id = ? AND path = ? AND size = ? AND changed = ?', accountId, path, size, changed)?.at ?? 0
}

/** Forgotten once the file is read to its end: read again, it is looked at whole. */
export function putBookmark(tx: Writer, accountId: number, { path, size, changed, at }: Bookmark): void {
  if (at >= size) tx.run('DELETE FROM bookmark WHERE account_id = ? AND path = ?', accountId, path)
  else tx.run('INSERT INTO bookmark (account_id, path, size, changed, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET size = excluded.size, changed = excluded.changed, at = excluded.at', accountId, path, size, changed, at)
}
