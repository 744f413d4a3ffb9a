import type { Writer } from './tx.ts'

/** Takes the write lock and changes nothing: throws what a real write would (a full disk, a read-only file). */
export function touch(tx: Writer): void {
  tx.run('UPDATE meta SET value = value WHERE key = ?', '')
}
