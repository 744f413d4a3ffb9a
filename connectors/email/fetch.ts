import type { FetchMessageObject, ImapFlow } from 'imapflow'
import type { Arrival, IncomingMessage, Sender } from '#connector'
import { canonicalEmail } from '#connector'
import { isRefusal } from './line.ts'
import { placeId } from './place.ts'
import type { Folder } from './folders.ts'

/** Never more than this in memory for one batch, unless a single mail is bigger. */
export const batchBytes = 8 * 1024 * 1024
export const batchMessages = 50
/** A mail beyond this is shown as too large and stays on the server. */
export const mostBytes = 50 * 1024 * 1024

/** What a batch needs to know of a mail before its bytes are fetched. */
export type Header = { uid: number, size: number, at: number, seen: boolean, flagged: boolean }

/** \Seen and \Flagged of a fetched mail. */
export function flagsOf(message: { flags?: Set<string> | undefined }): { seen: boolean, flagged: boolean } {
  return { seen: message.flags?.has('\\Seen') ?? false, flagged: message.flags?.has('\\Flagged') ?? false }
}

/**
 * Sizes, dates and flags of up to `batchMessages` UIDs in the open folder, in the order asked for, cut off where the bytes
 * would exceed `batchBytes`. UIDs that are gone are left out; `until` is how many of the UIDs are dealt with.
 */
export async function fetchHeaders(client: ImapFlow, uids: readonly number[], limits: Limits = usualLimits): Promise<{ headers: Header[], until: number }> {
  const wanted = uids.slice(0, limits.messages)
  const found = new Map<number, Header>()
  for await (const message of client.fetch(wanted.join(','), { uid: true, flags: true, internalDate: true, size: true }, { uid: true })) {
    const date = message.internalDate instanceof Date ? message.internalDate.getTime() : Date.parse(message.internalDate ?? '')
    found.set(message.uid, { uid: message.uid, size: message.size ?? 0, at: Number.isFinite(date) ? date : 0, ...flagsOf(message) })
  }
  const headers: Header[] = []
  let bytes = 0
  for (const [index, uid] of wanted.entries()) {
    const header = found.get(uid)
    if (!header) continue
    const weight = header.size > limits.largest ? 0 : header.size
    if (headers.length > 0 && bytes + weight > limits.bytes) return { headers, until: index }
    bytes += weight
    headers.push(header)
  }
  return { headers, until: wanted.length }
}

export type Limits = { messages: number, bytes: number, largest: number }
export const usualLimits: Limits = { messages: batchMessages, bytes: batchBytes, largest: mostBytes }

/**
 * The mails behind `headers` as arrivals, in the same order. Those too large and those the server cannot hand out become
 * unreadable messages made from their envelope, so that one of them never holds up the next. Rejects when the line breaks.
 */
export async function fetchArrivals(client: ImapFlow, folder: Folder, validity: string, headers: readonly Header[], now: number, largest = mostBytes): Promise<Arrival[]> {
  const small = headers.filter((header) => header.size <= largest)
  const sources = new Map<number, Uint8Array>()
  if (small.length > 0) {
    try {
      for await (const message of client.fetch(small.map((header) => header.uid).join(','), { uid: true, source: true }, { uid: true })) {
        if (message.source) sources.set(message.uid, message.source)
      }
    } catch (error) {
      if (!isRefusal(error)) throw error
      // One damaged mail fails the whole FETCH on some servers: ask for each alone.
      for (const header of small) {
        if (sources.has(header.uid)) continue
        try {
          const message = await client.fetchOne(String(header.uid), { uid: true, source: true }, { uid: true })
          if (message && message.source) sources.set(header.uid, message.source)
        } catch (single) {
          if (!isRefusal(single)) throw single
        }
      }
    }
  }
  const arrivals: Arrival[] = []
  for (const header of headers) {
    const at = header.at || now
    const raw = sources.get(header.uid)
    if (raw && raw.length > 0) {
      arrivals.push({ remoteId: placeId(folder.path, validity, header.uid), at, folder: { name: folder.path, role: folder.role }, raw, seen: header.seen, flagged: header.flagged })
    } else {
      const why = header.size > largest
        ? `This mail is too large for Kinbox (${Math.round(header.size / 1024 / 1024)} MB). It is still in the folder "${folder.path}" of your mailbox: read it there.`
        : `The mail server could not hand out this mail. It is still in the folder "${folder.path}" of your mailbox: try to read it there.`
      arrivals.push({ remoteId: placeId(folder.path, validity, header.uid), at, folder: { name: folder.path, role: folder.role }, incoming: await unreadable(client, folder, header, why) })
    }
  }
  return arrivals
}

async function unreadable(client: ImapFlow, folder: Folder, header: Header, why: string): Promise<IncomingMessage> {
  let message: FetchMessageObject | false | undefined
  try {
    message = await client.fetchOne(String(header.uid), { uid: true, envelope: true }, { uid: true })
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
  const envelope = message ? message.envelope : undefined
  const senders = envelope?.from ?? []
  // The server's reading of From is not the strict parser's: it is good for display, and names a sender only where it is the only one.
  const address = senders.length === 1 ? canonicalEmail(senders[0]?.address ?? '') : null
  const sender: Sender = { kind: 'email', address, raw: senders.map((from) => `${from.name ?? ''} <${from.address ?? ''}>`).join(', ') }
  if (senders[0]?.name) sender.name = senders[0].name
  const recipients = (['to', 'cc'] as const).flatMap((role) => (envelope?.[role] ?? []).flatMap((person) => {
    const canonical = canonicalEmail(person.address ?? '')
    return canonical ? [{ kind: 'email', address: canonical, role, ...(person.name ? { name: person.name } : {}) }] : []
  }))
  const sentAt = envelope?.date ? new Date(envelope.date).getTime() : NaN
  return {
    type: 'message',
    sender,
    recipients,
    direction: folder.role === 'sent' ? 'out' : 'in',
    ...(envelope?.subject ? { subject: envelope.subject } : {}),
    text: '',
    attachments: [],
    ...(envelope?.messageId ? { messageId: envelope.messageId.replace(/^<|>$/g, '') } : {}),
    references: [],
    ...(Number.isFinite(sentAt) ? { sentAt } : {}),
    seen: header.seen,
    flagged: header.flagged,
    unreadable: why
  }
}
