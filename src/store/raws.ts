import { constants, inflateRawSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Reader, Writer } from './tx.ts'

/** Raw messages up to this many bytes lie compressed in the database; larger ones are files. */
export const rawInline = 256 * 1024

/** Raw bytes ready to be written: compressed outside the transaction. */
export type PackedRaw = { digest: Uint8Array, size: number, bytes: Uint8Array | null }

/** Half the time of the fastest deflate, and as small. */
const fast = { [constants.ZSTD_c_compressionLevel]: 1 }
/** How every frame begins (RFC 8878 section 3.1.1). No deflate stream does: it would begin with a stored block whose two lengths do not fit (RFC 1951 section 3.2.4). */
const frame = [0x28, 0xb5, 0x2f, 0xfd]

/** Compresses small bytes; `bytes` is null for larger ones, which the caller has put into the blob store. */
export function packRaw(digest: Uint8Array, raw: Uint8Array): PackedRaw {
  return { digest, size: raw.length, bytes: raw.length <= rawInline ? zstdCompressSync(raw, { params: fast, chunkSize: Math.max(1024, raw.length) }) : null }
}

export function insertRaw(tx: Writer, { digest, size, bytes }: PackedRaw): void {
  tx.run('INSERT INTO raw (digest, size, bytes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', digest, size, bytes)
}

/** The bytes of a raw message; `bytes` is null when they lie in the blob store. undefined: unknown. */
export function getRaw(tx: Reader, digest: Uint8Array): { size: number, bytes: Uint8Array | null } | undefined {
  const row = tx.get<{ size: number, bytes: Uint8Array | null }>('SELECT size, bytes FROM raw WHERE digest = ?', digest)
  return row && { size: row.size, bytes: row.bytes && unpackRaw(row.bytes, rawInline) }
}

/** What was compressed, also as deflate (RFC 1951), in which raw messages once were kept. Throws where it is damaged, or longer than `most` bytes. */
export function unpackRaw(packed: Uint8Array, most: number): Uint8Array {
  return frame.every((byte, i) => packed[i] === byte) ? zstdDecompressSync(packed, { maxOutputLength: most }) : inflateRawSync(packed, { maxOutputLength: most })
}

/** The bytes of the newest incoming messages of an account, newest first, as far as they lie in the database and are not far behind the newest of all. */
export function newestRaws(tx: Reader, accountId: number, limit: number): Uint8Array[] {
  return tx.all<{ bytes: Uint8Array }>(
    `SELECT r.bytes FROM message m JOIN message_body b ON b.message_id = m.id JOIN raw r ON r.digest = b.raw_digest
     WHERE m.id > (SELECT max(id) FROM message) - 20000 AND m.account_id = ? AND m.direction = 'in' AND r.bytes IS NOT NULL ORDER BY m.id DESC LIMIT ?`, accountId, limit
  ).map(({ bytes }) => unpackRaw(bytes, rawInline))
}
