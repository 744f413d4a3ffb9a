import { fileTypeFromBuffer } from 'file-type'
import type { Blobs } from '../blobs/blobs.ts'
import { fileKind, sniffBytes } from '../content/file-kind.ts'
import type { IncomingAttachment } from '../model/incoming.ts'
import type { ReadyAttachment } from './understand.ts'

/** Puts the attachments of a message into the blob store, and says of each what it is by its bytes. One after the other, so that one is in memory at a time. */
export async function keepFiles(attachments: readonly IncomingAttachment[], blobs: Blobs): Promise<ReadyAttachment[]> {
  const kept: ReadyAttachment[] = []
  for (const { name, contentType, content, inline, contentId } of attachments) {
    const sniffed = await fileTypeFromBuffer(content.subarray(0, sniffBytes)).catch(() => undefined)
    kept.push({ digest: await blobs.put(content), name, ...fileKind(name, contentType, sniffed), size: content.length, inline, contentId: contentId ?? null })
  }
  return kept
}
