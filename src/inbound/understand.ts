import { createHash } from 'node:crypto'
import type { Blobs } from '../blobs/blobs.ts'
import type { Incoming, IncomingMessage } from '../model/incoming.ts'
import type { Proof } from '../model/proof.ts'
import type { RemoteId } from '../model/ids.ts'
import { packRaw, rawInline } from '../store/raws.ts'
import type { PackedRaw } from '../store/raws.ts'
import type { Arrival, FoundIn } from '../model/arrival.ts'
import type { AccountRef, Understanding } from './account.ts'

export type ReadyAttachment = { digest: Uint8Array, name: string, contentType: string, size: number, inline: boolean, contentId: string | null }

/** A message with all that its transaction needs: nothing is computed or waited for inside. */
export type ReadyMessage = { message: IncomingMessage, proof: Proof, digest: Uint8Array, senderDigest: string, attachments: ReadyAttachment[] }

export type Ready = {
  at: number
  place: { remoteId: RemoteId, folder: FoundIn | null } | null
  raw: PackedRaw | null
  items: (ReadyMessage | Exclude<Incoming, IncomingMessage>)[]
}

/** Parses, proves and stores the bytes of one arrival, outside any transaction. What cannot be read becomes a message that says so. */
export async function understand(account: AccountRef, arrival: Arrival, how: Understanding, blobs: Blobs): Promise<Ready> {
  if (!('raw' in arrival)) {
    const { at, incoming, remoteId } = arrival
    return { at, place: remoteId ? { remoteId, folder: arrival.folder ?? null } : null, raw: null, items: [incoming.type === 'message' ? await ready(incoming, null, blobs) : incoming] }
  }
  const { raw, at, folder = null } = arrival
  const context = { ...account.context, folder, at }
  const digest = createHash('sha256').update(raw).digest()
  const packed = packRaw(digest, raw)
  if (raw.length > rawInline) await blobs.put(raw)
  const incoming = await how.parse(account.kind, raw, context).catch((error: Error) => {
    // Anything else is not the content's fault: the batch is refused, and comes again.
    if (error.name !== 'Unreadable') throw error
    return [unreadable(error.message)]
  })
  const proof = incoming.some(provable) ? await how.prove(account.kind, raw, context) : null
  const items = await Promise.all(incoming.map((item) => item.type === 'message' ? ready(withFlags(item, arrival), proof, blobs) : item))
  return { at, place: { remoteId: arrival.remoteId, folder }, raw: packed, items }
}

const provable = (item: Incoming) => item.type === 'message' && item.direction === 'in' && item.unreadable === undefined

function withFlags(message: IncomingMessage, { seen, flagged }: { seen?: boolean, flagged?: boolean }): IncomingMessage {
  return { ...message, ...(seen === undefined ? {} : { seen }), ...(flagged === undefined ? {} : { flagged }) }
}

/** RFC 3339 ends with the year 9999; what the sender says beyond is no time. */
const lastTime = Date.UTC(9999, 11, 31)

async function ready({ sentAt, ...said }: IncomingMessage, proof: Proof | null, blobs: Blobs): Promise<ReadyMessage> {
  const message: IncomingMessage = typeof sentAt === 'number' && sentAt >= 0 && sentAt <= lastTime ? { ...said, sentAt: Math.trunc(sentAt) } : said
  const attachments: ReadyAttachment[] = []
  for (const { name, contentType, content, inline, contentId } of message.attachments) {
    attachments.push({ digest: await blobs.put(content), name, contentType, size: content.length, inline, contentId: contentId ?? null })
  }
  const digest = createHash('sha256').update(JSON.stringify([message.sender.raw, message.sentAt ?? null, message.subject ?? null, message.text, message.quoted ?? null])).digest()
  const senderDigest = createHash('sha256').update(message.sender.raw).digest('hex')
  return { message: { ...message, attachments: [] }, proof: proof ?? byAddress(message), digest, senderDigest, attachments }
}

function byAddress({ sender, unreadable }: IncomingMessage): Proof {
  if (unreadable !== undefined) return { level: 'unverified', evidence: ['What could not be read could not be checked.'] }
  return sender.address === null
    ? { level: 'unverified', evidence: ['The sender gave no address that can be checked.'] }
    : { level: 'weak', evidence: ['The network names this sender but does not prove it.'] }
}

/** What is shown in place of a message whose content nobody could read. Its bytes are kept. */
export function unreadable(why: string): IncomingMessage {
  return { type: 'message', sender: { kind: 'unknown', address: null, raw: '' }, recipients: [], direction: 'in', text: '', attachments: [], references: [], unreadable: why }
}
