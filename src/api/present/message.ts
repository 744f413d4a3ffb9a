import type { MessageBody, MessageRow } from '../../model/message.ts'
import type { DigestContent, Waiting } from '../../model/digest.ts'
import { publicId } from '../../model/ids.ts'
import { attachmentsOf } from '../../store/attachments.ts'
import { clientIdOf } from '../../store/client-writes.ts'
import { getConversation } from '../../store/conversations.ts'
import { attemptsOf, dispatchesOf } from '../../store/dispatches.ts'
import { answeredBy, getBody, getMessage } from '../../store/messages.ts'
import { reactionsTo } from '../../store/reactions.ts'
import type { Reader } from '../../store/tx.ts'
import type { Attempt, Message, MessagePreview } from '../objects.ts'
import { rfc3339 } from '../time.ts'
import { cardOf } from './card.ts'
import { partyOf, senderOf } from './party.ts'
import { unsubscribing } from '../../outbound/unsubscribe.ts'

/** Texts over this many bytes are cut in lists and events, unless the client asks for more; message.get tells all. */
export const bodyMaxBytes = 8192

/** What a message's recipients, and each of its texts, may take of a frame of 1 MiB. Escapes count: a control character takes six bytes. */
const recipientsRoom = 128 * 1024
const textRoom = 270_000

/** A message as clients see it. Over `maxBytes` of UTF-8 its text is cut and `truncated` says so, as where it has very many recipients. */
export function messageOf(tx: Reader, userId: number, row: MessageRow, maxBytes = bodyMaxBytes): Message {
  const body = getBody(tx, row.id)
  const text = cut(body.text, maxBytes)
  const quoted = body.quoted === null ? null : cut(body.quoted, maxBytes)
  const recipients = fitting(body.recipients.map((recipient) => ({ ...partyOf(tx, userId, recipient), role: recipient.role })))
  const truncated = text.length < body.text.length || (quoted !== null && quoted.length < body.quoted!.length) || recipients.length < body.recipients.length
  const replyTo = answeredBy(tx, userId, row, body.references)
  const { rule, text: words, evidence, version, proof = [] } = row.because
  const how = unsubscribing(row, body)
  const clientId = row.direction === 'out' && row.status ? clientIdOf(tx, userId, 'message.send', row.id) : undefined
  return {
    id: publicId('message', row.id), conversationId: publicId('conversation', row.conversationId), topicId: row.topicId === null ? null : publicId('topic', row.topicId),
    accountId: publicId('account', row.accountId), channel: row.channel, direction: row.direction, sender: senderOf(tx, userId, row),
    recipients, subject: body.subject, text, ...(truncated ? { truncated } : {}), ...(quoted === null ? {} : { quoted }),
    ...(body.html === null ? {} : { html: htmlBlob(row.id) }), attachments: body.attachments === 0 ? [] : attachments(tx, row.id), ...(body.cards.length === 0 ? {} : { cards: fitting(body.cards.map((card) => cardOf(tx, userId, card, row.direction))) }), reactions: reactionsTo(tx, row.id).flatMap(({ emoji, ...from }) => { const sender = partyOf(tx, userId, from); return emoji.map((one) => ({ sender, emoji: one })) }), ...(replyTo === undefined ? {} : { replyTo: publicId('message', replyTo) }), seen: row.seen, flagged: row.flagged,
    ...(row.automatic ? { automatic: row.automatic } : {}), ...bounceOf(body), ...(body.unreadable === null ? {} : { unreadable: body.unreadable }),
    sentAt: row.sentAt === null ? null : rfc3339(row.sentAt), receivedAt: rfc3339(row.receivedAt), sortAt: rfc3339(row.sortAt),
    ...(row.editedAt === null ? {} : { editedAt: rfc3339(row.editedAt) }), ...(row.deletedAt === null ? {} : { deletedAt: rfc3339(row.deletedAt) }),
    folder: getConversation(tx, userId, row.conversationId)!.folder, because: { rule, text: words, evidence: [...evidence, ...proof], ...(version === undefined ? {} : { version }) },
    ...(row.folded ? { folded: true } : {}), ...(how ? { unsubscribe: how } : {}), ...(body.digest ? { digest: digestOf(body.digest) } : {}),
    ...(row.status ? { status: row.status } : {}), ...(row.direction === 'out' ? { attempts: attempts(tx, userId, row) } : {}), ...(clientId === undefined ? {} : { clientId }), messageId: row.messageId, rev: row.rev
  }
}

function digestOf({ waiting, more, raised, streams }: DigestContent): NonNullable<Message['digest']> {
  const entries = (all: Waiting[]) => all.map(({ conversation, shown, since }) => ({ conversationId: publicId('conversation', conversation), shown, since: rfc3339(since) }))
  return { waiting: entries(waiting), more, raised: entries(raised), streams }
}

/** What a delivery report says about the first of its recipients; what it did to each is told by the message that it is about. */
function bounceOf({ bounces: [first] }: MessageBody): Pick<Message, 'bounce'> {
  if (!first) return {}
  const { messageId, recipient, status, hard, reason } = first
  return { bounce: { ...(messageId ? { messageId } : {}), recipient: recipient ?? '', status, hard, reason } }
}

/** The whole decoded text of a message, in the order it was written, cut like the others. */
export function originalOf({ text, quoted, original }: MessageBody, maxBytes: number): string {
  return cut(original ?? (quoted === null ? text : text + '\n\n' + quoted), maxBytes)
}

/** What a list of conversations shows of its newest message. */
export function previewOf(tx: Reader, userId: number, messageId: number): MessagePreview | null {
  const row = getMessage(tx, userId, messageId)
  if (!row) return null
  return {
    id: publicId('message', row.id), direction: row.direction, channel: row.channel, sender: senderOf(tx, userId, row), preview: row.preview, sortAt: rfc3339(row.sortAt),
    ...(row.status ? { status: row.status } : {})
  }
}

/** Blob ids name an attachment (`b7`), the bytes of a message (`r7`) or its HTML (`h7`). */
export const rawBlob = (messageId: number): string => 'r' + messageId
export const htmlBlob = (messageId: number): string => 'h' + messageId

function attachments(tx: Reader, messageId: number): Message['attachments'] {
  return attachmentsOf(tx, messageId).map(({ id, name, contentType, size, inline, warning, thumbnail }) => ({
    id: publicId('blob', id), name, contentType, size, inline, ...(warning === null ? {} : { warning }), ...(thumbnail === null ? {} : { thumbnail: { id: 't' + id, width: thumbnail.width, height: thumbnail.height } })
  }))
}

function attempts(tx: Reader, userId: number, message: MessageRow): Attempt[] {
  return dispatchesOf(tx, message.id).flatMap((dispatch) => attemptsOf(tx, dispatch.id).map((attempt) => ({
    id: publicId('attempt', attempt.id), accountId: publicId('account', dispatch.accountId), channel: message.channel, recipient: partyOf(tx, userId, attempt), address: attempt.address,
    status: attempt.status, because: dispatch.because, at: rfc3339(attempt.at), ...(attempt.error ? { error: attempt.error } : {})
  })))
}

/** As many as there is room for. */
function fitting<T>(all: T[]): T[] {
  let bytes = 0
  const end = all.findIndex((one) => (bytes += Buffer.byteLength(JSON.stringify(one))) > recipientsRoom)
  return end === -1 ? all : all.slice(0, end)
}

/** A beginning of at most `max` bytes of UTF-8, that ends with a whole character and has room in a frame. */
function cut(text: string, max: number): string {
  let kept = beginning(text, max)
  for (let size = written(kept); size > textRoom; size = written(kept)) kept = beginning(kept, Math.floor(Buffer.byteLength(kept) * 0.9 * textRoom / size))
  return kept
}

const written = (text: string) => text.length * 6 <= textRoom ? 0 : Buffer.byteLength(JSON.stringify(text))

function beginning(text: string, max: number): string {
  if (text.length * 3 <= max || Buffer.byteLength(text) <= max) return text
  return new TextDecoder().decode(Buffer.from(text).subarray(0, max), { stream: true })
}
