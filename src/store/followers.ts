import type { Reader, Writer } from './tx.ts'

/** How far a follower has come; 0: it has not begun. Its place is kept with what it made, so that a crash repeats at most the last piece. */
export function placeOf(tx: Reader, follower: string): number {
  return tx.get<{ at: number }>('SELECT at FROM follower WHERE name = ?', follower)?.at ?? 0
}

export function setPlace(tx: Writer, follower: string, at: number): void {
  tx.run('INSERT INTO follower (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at', follower, at)
}
