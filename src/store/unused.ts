import type { Reader, Writer } from './tx.ts'

/** Forgets uploads that no message has used since `before` (ms), at most `limit` at a time. Returns how many. */
export function pruneUploads(tx: Writer, before: number, limit: number): number {
  return tx.run('DELETE FROM attachment WHERE id IN (SELECT id FROM attachment WHERE message_id IS NULL AND created_at < ? ORDER BY id LIMIT ?)', before, limit)
}

/** Original bytes that no message refers to (it was taken back), and the newest message there is: those after it must be asked again. */
export function unusedRaws(tx: Reader): { digests: Uint8Array[], newest: number } {
  return {
    digests: tx.all<{ digest: Uint8Array }>('SELECT digest FROM raw WHERE digest NOT IN (SELECT raw_digest FROM message_body WHERE raw_digest IS NOT NULL)').map(({ digest }) => digest),
    newest: tx.get<{ id: number | null }>('SELECT max(id) AS id FROM message')!.id ?? 0
  }
}

/** Forgets original bytes found unused, unless a message that came after `newest` has brought the same ones. False: it has. */
export function removeRaw(tx: Writer, digest: Uint8Array, newest: number): boolean {
  return tx.run('DELETE FROM raw WHERE digest = ?1 AND NOT EXISTS (SELECT 1 FROM message_body WHERE message_id > ?2 AND raw_digest = ?1)', digest, newest) === 1
}
