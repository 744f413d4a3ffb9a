import type { Blobs } from '../blobs/blobs.ts'
import { fileKind, sniffBytes } from '../content/file-kind.ts'
import type { IncomingAttachment } from '../model/incoming.ts'
import type { ReadyAttachment } from './understand.ts'

/** Puts the attachments of a message into the blob store, and says of each what it is by its bytes. Large ones are files already, and are never in memory as a whole. */
export async function keepFiles(attachments: readonly IncomingAttachment[], blobs: Blobs): Promise<ReadyAttachment[]> {
  const kept: ReadyAttachment[] = []
  if (attachments.length === 0) return kept
  // Loaded with the first file that comes: a server at rest does without.
  const { fileTypeFromBuffer, fileTypeFromFile } = await import('file-type')
  for (const { name, contentType, content, file, inline, contentId } of attachments) {
    const sniffed = await (file ? fileTypeFromFile(file.path) : fileTypeFromBuffer(content.subarray(0, sniffBytes))).catch(() => undefined)
    const { digest, size } = file ? await blobs.adopt(file.path) : { digest: await blobs.put(content), size: content.length }
    kept.push({ digest, name, ...fileKind(name, contentType, sniffed), size, inline, contentId: contentId ?? null })
  }
  return kept
}
