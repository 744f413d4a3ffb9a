import type { Bounce } from '../../model/incoming.ts'
import type { MessageBody, MessageRow } from '../../model/message.ts'
import type { DigestContent, Waiting } from '../../model/digest.ts'
import { publicId } from '../../model/ids.ts'
import { unsubscribing } from '../../outbound/unsubscribe.ts'
import { attachmentsOf } from '../../store/attachments.ts'
import { attemptsAt } from '../../store/dispatches.ts'
import { reactionsTo } from '../../store/reactions.ts'
import { shownMessages } from '../../store/shown-messages.ts'
import type { ShownMessage } from '../../store/shown-messages.ts'
import type { Reader } from '../../store/tx.ts'
import type { Attempt, Message, Party } from '../objects.ts'
import { rfc3339 } from '../time.ts'
import { cardOf } from './card.ts'
import { partiesIn, senderOf } from './party.ts'
import type { PartyOf } from './party.ts'

/** Texts over this many bytes are cut in lists and events, unless the client asks for more; message.get tells all. */
export const bodyMaxBytes = 8192

/** What a message's recipients, and each of its texts, may take of a frame of 1 MiB. Escapes count: a control character takes six bytes. */
const recipientsRoom = 128 * 1024
const textRoom = 270_000

/** So many messages are read at once; fewer where their texts may fill more than a frame. */
const mostAtOnce = 50
const charsAtOnce = 1_000_000

/** A message that there is, as clients see it: messagesOf. */
export function messageOf(tx: Reader, userId: number, { id }: Pick<MessageRow, 'id'>, maxBytes = bodyMaxBytes): Message {
  return messagesOf(tx, userId, [id], maxBytes).next().value!
}

/** Messages as clients see them, those that the user has. Over `maxBytes` of UTF-8 a text is cut and `truncated` says so, as where there are very many recipients. */
export function * messagesOf(tx: Reader, userId: number, ids: readonly number[], maxBytes = bodyMaxBytes): Generator<Message, undefined> {
  const partyOf = partiesIn(tx, userId)
  const step = Math.min(mostAtOnce, Math.ceil(charsAtOnce / (2 * maxBytes + 1)))
  for (let at = 0; at < ids.length; at += step) {
    for (const message of shownMessages(tx, userId, ids.slice(at, at + step), maxBytes)) yield present(tx, message, maxBytes, partyOf)
  }
}

function present(tx: Reader, row: ShownMessage, maxBytes: number, partyOf: PartyOf): Message {
  const text = cut(row.text, maxBytes)
  const quoted = row.quoted === null ? null : cut(row.quoted, maxBytes)
  const recipients = fittingParties(row.recipients.map((recipient) => ({ ...partyOf(recipient), role: recipient.role })))
  const truncated = text.length < row.text.length || (quoted !== null && quoted.length < row.quoted!.length) || recipients.length < row.recipients.length
  const { rule, text: words, evidence, version, proof = [], warnings } = row.because
  const how = unsubscribing(row, row)
  const sortAt = rfc3339(row.sortAt)
  const timeOf = (at: number) => at === row.sortAt ? sortAt : rfc3339(at)
  return {
    id: publicId('message', row.id), conversationId: publicId('conversation', row.conversationId), topicId: row.topicId === null ? null : publicId('topic', row.topicId),
    accountId: publicId('account', row.accountId), channel: row.channel, direction: row.direction, sender: senderOf({ sender: row.sender, contact: row.contact, proof: row.proof, warnings }),
    recipients, subject: row.subject, text, ...(truncated ? { truncated } : {}), ...(quoted === null ? {} : { quoted }),
    ...(row.hasHtml ? { html: htmlBlob(row.id) } : {}), attachments: row.attachments === 0 ? [] : attachments(tx, row.id),
    ...(row.cards.length === 0 ? {} : { cards: fitting(row.cards.map((card) => cardOf(card, row.direction, partyOf))) }),
    reactions: row.reacted ? reactions(tx, row.id, partyOf) : [], ...(row.answers === null ? {} : { replyTo: publicId('message', row.answers) }), seen: row.seen, flagged: row.flagged,
    ...(row.automatic ? { automatic: row.automatic } : {}), ...bounceOf(row.bounces), ...(row.unreadable === null ? {} : { unreadable: row.unreadable }),
    sentAt: row.sentAt === null ? null : timeOf(row.sentAt), receivedAt: timeOf(row.receivedAt), sortAt,
    ...(row.editedAt === null ? {} : { editedAt: rfc3339(row.editedAt) }), ...(row.deletedAt === null ? {} : { deletedAt: rfc3339(row.deletedAt) }),
    folder: row.folder, because: { rule, text: words, evidence: [...evidence, ...proof], ...(version === undefined ? {} : { version }) },
    ...(row.folded ? { folded: true } : {}), ...(how ? { unsubscribe: how } : {}), ...(row.digest ? { digest: digestOf(row.digest) } : {}),
    ...(row.status ? { status: row.status } : {}), ...(row.direction === 'out' ? { attempts: attempts(tx, row, partyOf) } : {}), ...(row.clientId === null ? {} : { clientId: row.clientId }), messageId: row.messageId, rev: row.rev
  }
}

function digestOf({ waiting, more, raised, streams }: DigestContent): NonNullable<Message['digest']> {
  const entries = (all: Waiting[]) => all.map(({ conversation, shown, since }) => ({ conversationId: publicId('conversation', conversation), shown, since: rfc3339(since) }))
  return { waiting: entries(waiting), more, raised: entries(raised), streams }
}

/** What a delivery report says about the first of its recipients; what it did to each is told by the message that it is about. */
function bounceOf([first]: Bounce[]): Pick<Message, 'bounce'> {
  if (!first) return {}
  const { messageId, recipient, status, hard, reason } = first
  return { bounce: { ...(messageId ? { messageId } : {}), recipient: recipient ?? '', status, hard, reason } }
}

/** The whole decoded text of a message, in the order it was written, cut like the others. */
export function originalOf({ text, quoted, original }: MessageBody, maxBytes: number): string {
  return cut(original ?? (quoted === null ? text : text + '\n\n' + quoted), maxBytes)
}

/** Blob ids name an attachment (`b7`), the bytes of a message (`r7`) or its HTML (`h7`). */
export const rawBlob = (messageId: number): string => 'r' + messageId
export const htmlBlob = (messageId: number): string => 'h' + messageId

function attachments(tx: Reader, messageId: number): Message['attachments'] {
  return attachmentsOf(tx, messageId).map(({ id, name, contentType, size, inline, warning, thumbnail }) => ({
    id: publicId('blob', id), name, contentType, size, inline, ...(warning === null ? {} : { warning }), ...(thumbnail === null ? {} : { thumbnail: { id: 't' + id, width: thumbnail.width, height: thumbnail.height } })
  }))
}

function reactions(tx: Reader, messageId: number, partyOf: PartyOf): Message['reactions'] {
  return reactionsTo(tx, messageId).flatMap(({ emoji, ...from }) => {
    const sender = partyOf(from)
    return emoji.map((one) => ({ sender, emoji: one }))
  })
}

function attempts(tx: Reader, { id, channel }: ShownMessage, partyOf: PartyOf): Attempt[] {
  return attemptsAt(tx, id).map((attempt) => ({
    id: publicId('attempt', attempt.id), accountId: publicId('account', attempt.accountId), channel, recipient: partyOf(attempt), address: attempt.address,
    status: attempt.status, because: attempt.because, at: rfc3339(attempt.at), ...(attempt.error ? { error: attempt.error } : {})
  }))
}

/** Most are told to have room by the length of what is in them. */
function fittingParties<T extends Party>(all: T[]): T[] {
  const most = all.reduce((sum, { address, name = '' }) => sum + 6 * (address.length + name.length) + 200, 0)
  return most <= recipientsRoom ? all : fitting(all)
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
