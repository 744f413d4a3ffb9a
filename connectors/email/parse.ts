import { canonicalEmail } from '#connector'
import type { Card, Context, Incoming, IncomingAttachment, IncomingMessage, Recipient, RecipientRole } from '#connector'
import { automaticOf, listOf, unsubscribeOf } from './automatic.ts'
import { readReport, receiptsFor } from './bounce.ts'
import { unarmored } from './crypto.ts'
import { readDate } from './date.ts'
import { keepHead, scanHead, valueOf, valuesOf } from './head.ts'
import type { Head } from './head.ts'
import { mailboxesIn } from './mailboxes.ts'
import { readBody } from './mime.ts'
import type { Body, Part } from './mime.ts'
import { readPlain } from './plain.ts'
import { fold, linesOf } from './quotes/fold.ts'
import type { Line } from './quotes/line.ts'
import { readSender } from './sender.ts'
import { linesOfHtml, textOfHtml } from './text.ts'
import { cut, decodeWords, oneLine, shownName } from './words.ts'

const MAX_TEXT = 1024 * 1024
const MAX_HTML = 2 * 1024 * 1024
const MAX_PARTS = 500
const MAX_PLAIN = 256 * 1024
const MAX_RECIPIENTS = 500
const MAX_REFERENCES = 101
const MAX_ID = 250

/** Fields that every mail has one of. Without any, a file with colons in it is still no mail. */
const telling = new Set(['from', 'to', 'subject', 'date', 'message-id', 'received', 'return-path', 'mime-version', 'content-type', 'sender', 'cc', 'reply-to', 'delivered-to'])

/**
 * One mail (RFC 5322) as one message. Pure: no clock, no network; every list and text is bounded. Identity comes from our own
 * strict reading of the head (sender.ts) alone. Never throws over content: what can be read is given, what cannot is `unreadable`.
 */
export async function parse(raw: Uint8Array, context: Context): Promise<Incoming[]> {
  if (raw.byteLength === 0) return [unreadable('This mail is empty: the server holds no bytes of it.')]
  const head = scanHead(raw)
  keepHead(raw, head)
  if (!head.fields.some((field) => telling.has(field.name))) return [unreadable('This is no mail: it has none of the headers that every mail has. The original is kept as it is.')]

  const message = fromHead(head, context)
  try {
    // Large files are taken out in pieces, which the quick way does not do.
    const body = (raw.byteLength <= MAX_PLAIN ? readPlain(raw, head, message.sender.address) : null) ?? await readBody(raw, MAX_PARTS, context.spool, head)
    const { automatic } = message
    const report = automatic === 'bounce' || automatic === 'receipt' || automatic === 'notification' ? readReport(head, body.told ?? (body.text || textOfHtml(body.html)), raw, automatic) : { bounces: [], receipts: [] }
    const reported = report.bounces.length > 0 && { automatic: 'bounce' as const, bounces: report.bounces }
    return [{ ...agreedBy(body.from, message), ...fromBody(body, message.subject ?? '', context), ...reported }, ...receiptsFor(report.bounces), ...report.receipts]
  } catch {
    return [{ ...message, unreadable: 'The content of this mail is damaged. The original is kept and can be downloaded.' }]
  }
}

function unreadable(words: string): IncomingMessage {
  return { type: 'message', sender: { kind: 'email', address: null, raw: '' }, recipients: [], direction: 'in', text: '', attachments: [], references: [], unreadable: words }
}

function fromHead(head: Head, context: Context): IncomingMessage {
  const { sender } = readSender(head)
  const own = context.own.some((one) => one.kind === 'email' && sender.address !== null && canonicalEmail(one.address) === sender.address)
  const subject = oneLine(decodeWords(valueOf(head, 'subject').slice(0, 8000)), 1000)
  const messageId = idsIn(valueOf(head, 'message-id'))[0]
  const sentAt = readDate(valueOf(head, 'date'))
  const list = listOf(head)
  const automatic = automaticOf(head)
  const unsubscribe = unsubscribeOf(head)
  return {
    type: 'message',
    sender,
    recipients: recipientsOf(head),
    direction: own && context.folder?.role === 'sent' ? 'out' : 'in',
    text: '',
    attachments: [],
    references: referencesOf(head),
    subject,
    ...(messageId && { messageId }),
    ...(sentAt !== undefined && { sentAt }),
    ...(list && { list }),
    ...(automatic && { automatic }),
    ...(unsubscribe && { unsubscribe })
  }
}

/** The message without its sender's address where the MIME library found another sender in the head than we did. */
function agreedBy(from: string[], message: IncomingMessage): IncomingMessage {
  const { kind, address, raw } = message.sender
  if (address === null || from.length === 1 && canonicalEmail(from[0]!) === address) return message
  return { ...message, direction: 'in', sender: { kind, address: null, raw } }
}

function recipientsOf(head: Head): Recipient[] {
  const found = new Map<string, Recipient>()
  for (const role of ['to', 'cc', 'bcc'] satisfies RecipientRole[]) {
    for (const value of valuesOf(head, role)) {
      for (const { address, name } of mailboxesIn(value, MAX_RECIPIENTS)) {
        if (found.has(address)) continue
        if (found.size >= MAX_RECIPIENTS) return [...found.values()]
        found.set(address, { kind: 'email', address, role, ...(name && { name }) })
      }
    }
  }
  return [...found.values()]
}

/** Oldest first, each once: the first, which names the thread, and the last hundred. */
function referencesOf(head: Head): string[] {
  const ids = [...new Set([...valuesOf(head, 'references'), ...valuesOf(head, 'in-reply-to')].flatMap(idsIn))]
  return ids.length > MAX_REFERENCES ? [ids[0]!, ...ids.slice(1 - MAX_REFERENCES)] : ids
}

/** Message-IDs (RFC 5322 section 3.6.4) without brackets; also bare ones, which some write. */
function idsIn(value: string): string[] {
  const bracketed = [...value.matchAll(/<([^<>]*)>/g)].map((match) => match[1]!.trim())
  const ids = bracketed.length > 0 ? bracketed : value.split(/\s+/).filter((word) => word.includes('@') && value.trim() === word)
  return ids.filter((id) => id.length <= MAX_ID && /^[^\s\x00-\x1f\x7f]+$/.test(id))
}

function fromBody({ text, html, parts, more, cards = [] }: Body, subject: string, context: Context): Pick<IncomingMessage, 'text' | 'quoted' | 'original' | 'html' | 'attachments' | 'cards'> {
  const signed = unarmored(text)
  const { lines, isCut } = readable(signed ? signed.text : text, html)
  const notes = [
    ...(isCut ? ['[The rest of this text is cut off here. The original mail holds all of it.]'] : []),
    ...(more > 0 ? [`[${more} further attachments are in the original mail only.]`] : [])
  ]
  const folded = fold(lines, { handsOn: handsOn.test(subject) })
  const quoted = [folded.quoted ?? '', signed?.armor ?? ''].filter((part) => part !== '').join('\n\n')
  return {
    ...folded,
    text: [folded.text, ...notes].join('\n\n').trim(),
    ...(quoted && { quoted }),
    ...(signed && { original: text.replace(/\r\n?/g, '\n').trim() }),
    attachments: parts.map(attachment),
    ...(html && { html: cut(html, MAX_HTML) }),
    ...(cards.length > 0 && { cards: cards.map((card) => invited(card, context)) })
  }
}

/** An invitation says which of the user's own addresses is invited. */
function invited(card: Card, { own }: Context): Card {
  if (card.type !== 'invitation') return card
  const you = card.attendees.find(({ address }) => own.some((one) => one.kind === 'email' && canonicalEmail(one.address) === address))?.address
  return { ...card, ...(you !== undefined && { you }) }
}

/** How mail programs begin the subject of what is handed on, in many languages. */
const handsOn = /^\s*(?:fwd?|wg|tr|rv|i|enc|vb|vs|vl|pd|doorst|trs|vidarebefordrat|пересл|转发|轉寄|転送|전달)\s*[:：]/i

/** The plain text, or the words of the HTML where there is none, or where the plain text is a mere stub beside it. */
function readable(text: string, html: string): { lines: Line[], isCut: boolean } {
  const plain = text.replace(/\r\n?/g, '\n').replaceAll('\0', '').trim()
  const own = { lines: linesOf(cut(plain, MAX_TEXT - 200)), isCut: plain.length > MAX_TEXT }
  if (!html || plain.length * 20 > html.length) return own
  const lines = linesOfHtml(html)
  const words = lines.map((line) => line.text).join('\n')
  if (plain.length * 4 > words.length) return own
  const both = plain === '' || words.includes(plain) ? lines : [...lines, { text: '' }, ...own.lines]
  const all = both === lines ? words.length : words.length + own.lines.length
  return all > MAX_TEXT - 200 ? { lines: linesOf(cut(both.map((line) => line.text).join('\n'), MAX_TEXT - 200)), isCut: true } : { lines: both, isCut: false }
}

function attachment(part: Part, index: number): IncomingAttachment {
  const name = fileName(part.filename ?? '') || `attachment-${index + 1}`
  const contentType = /^[\w!#$&^.+-]{1,100}\/[\w!#$&^.+-]{1,100}$/.test(part.contentType) ? part.contentType : 'application/octet-stream'
  const contentId = part.contentId && /^[^\s<>]{1,250}$/.test(part.contentId) ? part.contentId : ''
  return { name, contentType, content: part.content, ...(part.file && { file: part.file }), inline: part.inline, ...(contentId && { contentId }) }
}

/** A name that is one file in one folder on every system: no path, no leading dots, nothing invisible. */
function fileName(written: string): string {
  const last = decodeWords(written.slice(0, 2000)).split(/[\\/]/).at(-1)!
  return shownName(last.replace(/[<>:"|?*]/g, '_'), 150).replace(/^[.\s]+|[.\s]+$/g, '')
}
