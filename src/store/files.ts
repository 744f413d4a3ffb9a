import type { Reader } from './tx.ts'

/** A file in blobs/ that the database counts on. `digest` in hex, `size` in bytes. */
export type FileReference = { digest: string, size: number }

/** Every file that an attachment, an upload, a small picture of one or a large raw message lies in, each once, in the order of their digests. */
export function fileReferences(tx: Reader): FileReference[] {
  return tx.all<FileReference>(
    'SELECT lower(hex(digest)) AS digest, max(size) AS size FROM (SELECT digest, size FROM attachment UNION SELECT digest, size FROM raw WHERE bytes IS NULL UNION SELECT thumbnail, thumbnail_size FROM attachment WHERE thumbnail IS NOT NULL) GROUP BY digest ORDER BY digest')
}

/** What uses a file, in words for a person: which messages miss it when it is gone. At most five. */
export function usersOfFile(tx: Reader, digest: string): string {
  const ids = tx.all<{ id: string }>(
    `SELECT 'message m' || message_id AS id FROM attachment WHERE digest = unhex(?1) AND message_id IS NOT NULL
     UNION SELECT 'upload b' || id FROM attachment WHERE digest = unhex(?1) AND message_id IS NULL
     UNION SELECT 'the small picture of b' || id FROM attachment WHERE thumbnail = unhex(?1)
     UNION SELECT 'the original of m' || message_id FROM message_body WHERE raw_digest = unhex(?1) LIMIT 5`, digest)
  return ids.map(({ id }) => id).join(', ')
}
