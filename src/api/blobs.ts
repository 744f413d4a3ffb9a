import { Readable } from 'node:stream'
import type { Blobs } from '../blobs/blobs.ts'
import { linkedCss, linkedHtml } from '../content/html-links.ts'
import type { Links } from '../content/html-links.ts'
import type { HtmlMaker } from '../derived/html/make.ts'
import { parseId, publicId } from '../model/ids.ts'
import { attachmentsOf, getAttachment } from '../store/attachments.ts'
import { getBody, getMessage } from '../store/messages.ts'
import { getPhoto } from '../store/photos.ts'
import { getAddress, getContact } from '../store/contacts.ts'
import { getRaw } from '../store/raws.ts'
import type { Store } from '../store/store.ts'
import type { Reader } from '../store/tx.ts'

/** A mail's HTML as it came, the parts that it may show by their Content-IDs, and a key that changes with both. */
type Written = { html: string, parts: Map<string, string>, key: string }

/** What a blob id stands for: bytes at hand, the digest of a file in the blob store, or a mail's HTML that is still to be made safe. */
export type Blob = { name: string, contentType: string } & ({ content: Uint8Array } | { digest: Uint8Array, size: number } | { written: Written, as: 'html' | 'pictures' | 'sheet' })

/** Bytes to hand out, all or a part (both ends count). `open` may be called once. */
export type Download = { name: string, contentType: string, size: number, open(part?: { start: number, end: number }): Readable }

/**
 * An attachment or upload (`b7`), a small picture of it (`t7`), the bytes of a message (`r7`), its safe HTML without (`h7`) and with
 * pictures of other servers (`p7`, or `a7`: where the user wants them of this sender, who is proven), the style sheet for it (`s7`), the picture of a contact (`f7`); null when the user has none of that id.
 */
export function findBlob(tx: Reader, userId: number, blobId: string): Blob | null {
  const id = parseId('blob', 'b' + blobId.slice(1))
  if (id === null) return null
  switch (blobId[0]) {
    case 'b': return attachment(tx, userId, id)
    case 't': return thumbnail(tx, userId, id)
    case 'r': return raw(tx, userId, id)
    case 'h': return html(tx, userId, id, 'html')
    case 'p': return html(tx, userId, id, 'pictures')
    case 'a': return html(tx, userId, id, showsPictures(tx, userId, id) ? 'pictures' : 'html')
    case 's': return html(tx, userId, id, 'sheet')
    case 'f': return face(tx, userId, id)
    default: return null
  }
}

export type DownloadDeps = { store: Pick<Store, 'read'>, blobs: Pick<Blobs, 'stream'>, maker: HtmlMaker, blobUrl(userId: number, blobId: string): { path: string }, remoteUrl(userId: number, url: string): string }

/** What a blob id stands for, ready to be handed out; a mail's HTML is made safe now. null when the user has none of that id. */
export async function download({ store, blobs, maker, blobUrl, remoteUrl }: DownloadDeps, userId: number, blobId: string): Promise<Download | null> {
  const found = await store.read((tx) => findBlob(tx, userId, blobId))
  if (!found) return null
  const { name, contentType } = found
  if ('digest' in found) return { name, contentType, size: found.size, open: (part) => blobs.stream(found.digest, part) }
  if ('content' in found) return { name, contentType, ...inMemory(found.content) }
  const { written: { key, html, parts }, as } = found
  const made = await maker.make(key, html, parts)
  const links: Links = { part: (id) => blobUrl(userId, id).path, remote: as === 'pictures' ? (url) => remoteUrl(userId, url) : null }
  return { name, contentType, ...inMemory(Buffer.from(as === 'sheet' ? linkedCss(made.css, links) : linkedHtml(made.html, links))) }
}

function inMemory(content: Uint8Array): Pick<Download, 'size' | 'open'> {
  return { size: content.length, open: (part) => Readable.from([part ? content.subarray(part.start, part.end + 1) : content], { objectMode: false }) }
}

/** A file that is not what it says is nothing that a browser should make something of. */
function attachment(tx: Reader, userId: number, id: number): Blob | null {
  const found = getAttachment(tx, userId, id)
  return found ? { name: found.name, contentType: found.warning === null ? found.contentType : 'application/octet-stream', digest: found.digest, size: found.size } : null
}

function thumbnail(tx: Reader, userId: number, id: number): Blob | null {
  const found = getAttachment(tx, userId, id)?.thumbnail
  return found ? { name: `picture-${id}.webp`, contentType: 'image/webp', digest: found.digest, size: found.size } : null
}

function face(tx: Reader, userId: number, id: number): Blob | null {
  const found = getPhoto(tx, userId, id)
  return found ? { name: `person-${id}`, contentType: found.type, content: found.bytes } : null
}

function raw(tx: Reader, userId: number, id: number): Blob | null {
  const digest = getMessage(tx, userId, id) && getBody(tx, id).rawDigest
  const found = digest && getRaw(tx, digest)
  if (!digest || !found) return null
  const named = { name: `message-${id}.eml`, contentType: 'application/octet-stream' }
  return found.bytes === null ? { ...named, digest, size: found.size } : { ...named, content: found.bytes }
}

/** The user's word about a person counts for what is verified to be theirs, and for nothing that only names them. */
function showsPictures(tx: Reader, userId: number, id: number): boolean {
  const message = getMessage(tx, userId, id)
  if (message?.proof !== 'verified' || message.senderId === null) return false
  const address = getAddress(tx, message.senderId)
  const contact = address && getContact(tx, userId, address.contactId)
  return contact !== undefined && contact.pictures && !contact.blocked
}

function html(tx: Reader, userId: number, id: number, as: 'html' | 'pictures' | 'sheet'): Blob | null {
  const message = getMessage(tx, userId, id)
  const html = message && getBody(tx, id).html
  if (!message || !html) return null
  const parts = new Map(attachmentsOf(tx, id).flatMap(({ id, contentId }) => contentId === null ? [] : [[contentId, publicId('blob', id)] as const]))
  const type = as === 'sheet' ? { name: `message-${id}.css`, contentType: 'text/css; charset=utf-8' } : { name: `message-${id}.html`, contentType: 'text/html; charset=utf-8' }
  return { ...type, written: { html, parts, key: `${id} ${message.editedAt ?? ''} ${html.length}` }, as }
}
