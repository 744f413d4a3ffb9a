import type { Blobs } from '../blobs/blobs.ts'
import type { Incoming, IncomingMessage } from '../model/incoming.ts'
import type { Proof } from '../model/proof.ts'
import type { RemoteId } from '../model/ids.ts'
import { rawInline } from '../store/raws.ts'
import type { PackedRaw } from '../store/raws.ts'
import type { Arrival, Context, Filed, FoundIn } from '../model/arrival.ts'
import type { AccountRef, Understanding } from './account.ts'
import { keepFiles } from './files.ts'
import { compared, provable, understood } from './understood.ts'
import type { Understood, UnderstoodMessage } from './understood.ts'

export type ReadyAttachment = { digest: Uint8Array, name: string, contentType: string, size: number, inline: boolean, contentId: string | null, warning?: string | null }

/** A message with all that its transaction needs: nothing is computed or waited for inside. */
export type ReadyMessage = { message: IncomingMessage, proof: Proof, digest: Uint8Array, senderDigest: string, attachments: ReadyAttachment[] }

export type Ready = {
  at: number
  place: { remoteId: RemoteId, folder: FoundIn | null } | null
  raw: PackedRaw | null
  items: (ReadyMessage | Exclude<Incoming, IncomingMessage>)[]
  /** Who says it, as far as its bytes prove that; null: nobody but the network does. */
  proof: Proof | null
  filed?: Filed
}

type Bytes = Extract<Arrival, { raw: Uint8Array }>

/** Parses, proves and stores the bytes of one arrival, outside any transaction. What cannot be read becomes a message that says so. */
export async function understand(account: AccountRef, arrival: Arrival, how: Understanding, blobs: Blobs): Promise<Ready> {
  if (!('raw' in arrival)) {
    const { at, incoming, remoteId } = arrival
    return { at, place: remoteId ? { remoteId, folder: arrival.folder ?? null } : null, raw: null, items: [incoming.type === 'message' ? await stored(compared(incoming), null, blobs) : incoming], proof: null }
  }
  const incoming = await how.parse(account.kind, arrival.raw, contextOf(account, arrival, blobs)).catch((error: Error) => {
    // Anything else is not the content's fault: the batch is refused, and comes again.
    if (error.name !== 'Unreadable') throw error
    return [unreadable(error.message)]
  })
  return await readyOf(account, arrival, understood(arrival.raw, incoming), how, blobs)
}

/** The same for the bytes of many, most of the work being done elsewhere: see Understanding.many. In their order. */
export async function understandMany(account: AccountRef, batch: Bytes[], how: Understanding, blobs: Blobs): Promise<Ready[]> {
  const results = how.many && batch.length > 1 ? await how.many(account.kind, batch.map((arrival) => ({ raw: arrival.raw, context: contextOf(account, arrival, blobs) }))) : []
  return Promise.all(batch.map((arrival, i) => {
    const result = results[i]
    return result ? readyOf(account, arrival, result, how, blobs) : understand(account, arrival, how, blobs)
  }))
}

/** One object for the own addresses of a whole batch: what is said once is handed to a worker once. */
function contextOf({ context: { own, region, authserv, sealers } }: AccountRef, { folder, at }: Bytes, { spool }: Blobs): Context {
  return { own, region, authserv, ...sealers ? { sealers } : {}, folder: folder ?? null, at, spool }
}

async function readyOf(account: AccountRef, arrival: Bytes, { raw, items, proof: proven }: Understood, how: Understanding, blobs: Blobs): Promise<Ready> {
  const { at, folder = null } = arrival
  if (raw.size > rawInline) await blobs.put(arrival.raw)
  const proof = proven !== undefined ? proven : provable(items) ? await how.prove(account.kind, arrival.raw, contextOf(account, arrival, blobs)) : null
  const ready: Ready['items'] = []
  for (const item of items) ready.push('message' in item ? await stored({ ...item, message: withFlags(item.message, arrival) }, proof, blobs) : item)
  return { at, place: { remoteId: arrival.remoteId, folder }, raw, items: ready, proof, ...arrival.filed ? { filed: arrival.filed } : {} }
}

function withFlags(message: IncomingMessage, { seen, flagged }: { seen?: boolean, flagged?: boolean }): IncomingMessage {
  return { ...message, ...(seen === undefined ? {} : { seen }), ...(flagged === undefined ? {} : { flagged }) }
}

async function stored({ message, digest, senderDigest }: UnderstoodMessage, proof: Proof | null, blobs: Blobs): Promise<ReadyMessage> {
  const attachments = await keepFiles(message.attachments, blobs)
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
