import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Reader, Writer } from './tx.ts'

/** Raw messages up to this many bytes lie compressed in the database; larger ones are files. */
export const rawInline = 256 * 1024

/** Raw bytes ready to be written: compressed outside the transaction. */
export type PackedRaw = { digest: Uint8Array, size: number, bytes: Uint8Array | null }

/** Compresses small bytes; `bytes` is null for larger ones, which the caller has put into the blob store. */
export function packRaw(digest: Uint8Array, raw: Uint8Array): PackedRaw {
  return { digest, size: raw.length, bytes: raw.length <= rawInline ? deflateRawSync(raw, { level: 3 }) : null }
}

export function insertRaw(tx: Writer, { digest, size, bytes }: PackedRaw): void {
  tx.run('INSERT INTO raw (digest, size, bytes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', digest, size, bytes)
}

/** The bytes of a raw message; `bytes` is null when they lie in the blob store. undefined: unknown. */
export function getRaw(tx: Reader, digest: Uint8Array): { size: number, bytes: Uint8Array | null } | undefined {
  const row = tx.get<{ size: number, bytes: Uint8Array | null }>('SELECT size, bytes FROM raw WHERE digest = ?', digest)
  return row && { size: row.size, bytes: row.bytes && inflateRawSync(row.bytes, { maxOutputLength: rawInline }) }
}
