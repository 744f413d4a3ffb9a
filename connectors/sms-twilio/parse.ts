import { remoteId, type Context, type Incoming, type IncomingAttachment, type IncomingReceipt } from '#connector'
import { canonicalNumber } from './number.ts'
import { wordsFor } from './words.ts'
import type { Row } from './client.ts'

export type RawMedia = { contentType: string, base64: string } | { contentType: string, failed: string }

/** What is kept of a message: what was posted to us, or what the API listed, and its media. */
export type RawMessage =
  | { source: 'webhook', fields: Record<string, string | string[]>, media: RawMedia[] }
  | { source: 'rest', fields: Row, media: RawMedia[] }

/** The words that a carrier takes as "never write again" and "write again" (Twilio's default opt-out keywords). */
const stopWords = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'])
const startWords = new Set(['START', 'YES', 'UNSTOP'])

const extensions: Record<string, string> = {
  'image/jpeg': 'jpg', 'image/png': 'png', 'image/gif': 'gif', 'image/webp': 'webp', 'image/heic': 'heic', 'video/mp4': 'mp4', 'video/3gpp': '3gp',
  'audio/mpeg': 'mp3', 'audio/amr': 'amr', 'audio/ogg': 'ogg', 'text/vcard': 'vcf', 'text/x-vcard': 'vcf', 'text/plain': 'txt', 'application/pdf': 'pdf'
}

/** The bytes that the core keeps and `parse` reads. */
export function toBytes(raw: RawMessage): Uint8Array {
  return Buffer.from(JSON.stringify(raw))
}

/** What a message status of Twilio means for the user; null while it says nothing yet. */
export function receiptStatus(status: string): IncomingReceipt['status'] | null {
  switch (status) {
    case 'accepted': case 'queued': case 'sending': case 'sent': return 'sent'
    case 'delivered': case 'partially_delivered': return 'delivered'
    case 'read': return 'read'
    case 'undelivered': case 'failed': case 'canceled': return 'failed'
    default: return null
  }
}

/** A receipt from a status and an error code, found by `attempt` or by the sid. Null while the status says nothing. */
export function toReceipt(sid: string, status: string, errorCode: number | null, attempt?: string): IncomingReceipt | null {
  const known = receiptStatus(status)
  if (!known) return null
  const receipt: IncomingReceipt = { type: 'receipt', ...(attempt ? { attempt } : {}), remoteId: remoteId(sid), status: known }
  if (known === 'failed') receipt.error = status === 'canceled' ? { code: 'canceled', text: 'It was cancelled at Twilio.' } : { code: String(errorCode ?? status), text: wordsFor(errorCode) }
  return receipt
}

const first = (value: string | string[] | undefined): string => (Array.isArray(value) ? value[0] : value) ?? ''

/** What they asked their carrier for: nothing more from us (false), or again (true); null: neither. */
function optOut(word: string, kind: string): boolean | null {
  const text = word.trim().toUpperCase()
  if (kind === 'STOP' || stopWords.has(text)) return false
  if (kind === 'START' || startWords.has(text)) return true
  return null
}

/** A picture or the like; where it could not be fetched, a note in its place that says so: the message itself is readable. */
function toAttachment(one: RawMedia, i: number): IncomingAttachment {
  if ('base64' in one) return { name: `media-${i + 1}.${extensions[one.contentType] ?? 'bin'}`, contentType: one.contentType, content: new Uint8Array(Buffer.from(one.base64, 'base64')), inline: false }
  return { name: `media-${i + 1} is missing.txt`, contentType: 'text/plain', content: new Uint8Array(Buffer.from(`Attachment ${i + 1} (${one.contentType}) could not be fetched: ${one.failed}`)), inline: false }
}

/**
 * What one kept message says. Pure. An incoming one: the message and, for STOP and START, that the pair of numbers may no
 * longer (or again) be used. One of our own: the message as outgoing, and how far it has got.
 * Throws a SyntaxError for bytes that are not ours.
 */
export async function parse(bytes: Uint8Array, context: Context): Promise<Incoming[]> {
  const raw = JSON.parse(Buffer.from(bytes).toString('utf8')) as RawMessage
  const hook = raw.source === 'webhook' ? raw.fields : null
  const row = raw.source === 'rest' ? raw.fields : null
  const from = row ? row.from : first(hook!['From'])
  const to = row ? row.to : first(hook!['To'])
  const text = row ? row.body : first(hook!['Body'])
  const out = row !== null && row.direction.startsWith('outbound')
  const sender = canonicalNumber(from, context.region)
  const recipient = canonicalNumber(to, context.region)
  const attachments = raw.media.map(toAttachment)

  const found: Incoming[] = [{
    type: 'message',
    sender: { kind: 'phone', address: sender, raw: from },
    recipients: [{ kind: 'phone', address: recipient ?? to, role: 'to' }],
    direction: out ? 'out' : 'in',
    text,
    attachments,
    references: [],
    ...(row ? { sentAt: row.date_sent ?? row.date_created } : {}),
    ...(row?.direction === 'outbound-reply' ? { automatic: 'auto-reply' as const } : {})
  }]
  if (out) {
    const receipt = toReceipt(row.sid, row.status, row.error_code)
    if (receipt) found.push(receipt)
    return found
  }
  const reachable = optOut(text, first(hook?.['OptOutType']))
  if (reachable !== null && sender && recipient) {
    found.push({
      type: 'reachability', own: { kind: 'phone', address: recipient }, peer: { kind: 'phone', address: sender }, reachable,
      reason: reachable ? 'They wrote that they want messages again.' : 'They asked for no more messages (STOP).'
    })
  }
  return found
}
