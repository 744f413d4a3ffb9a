import { parseId } from '../model/ids.ts'
import { getAttachment } from '../store/attachments.ts'
import { getBody, getMessage } from '../store/messages.ts'
import { getRaw } from '../store/raws.ts'
import type { Reader } from '../store/tx.ts'

/** What a blob id stands for: bytes at hand, or the digest of a file in the blob store. */
export type Blob = { name: string, contentType: string, size: number, content: Uint8Array | { digest: Uint8Array } }

/** An attachment or upload (`b7`), the bytes of a message (`r7`), its HTML (`h7`); null when the user has none of that id. */
export function findBlob(tx: Reader, userId: number, blobId: string): Blob | null {
  const id = parseId('blob', 'b' + blobId.slice(1))
  if (id === null) return null
  switch (blobId[0]) {
    case 'b': return attachment(tx, userId, id)
    case 'r': return raw(tx, userId, id)
    case 'h': return html(tx, userId, id)
    default: return null
  }
}

function attachment(tx: Reader, userId: number, id: number): Blob | null {
  const found = getAttachment(tx, userId, id)
  return found ? { name: found.name, contentType: found.contentType, size: found.size, content: { digest: found.digest } } : null
}

function raw(tx: Reader, userId: number, id: number): Blob | null {
  const digest = getMessage(tx, userId, id) && getBody(tx, id).rawDigest
  const found = digest && getRaw(tx, digest)
  if (!digest || !found) return null
  return { name: `message-${id}.eml`, contentType: 'application/octet-stream', size: found.size, content: found.bytes ?? { digest } }
}

function html(tx: Reader, userId: number, id: number): Blob | null {
  const text = getMessage(tx, userId, id) && getBody(tx, id).html
  if (!text) return null
  const content = Buffer.from(text)
  return { name: `message-${id}.html`, contentType: 'text/html; charset=utf-8', size: content.length, content }
}
