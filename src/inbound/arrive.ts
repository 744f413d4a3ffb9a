import type { AccountRef } from './account.ts'
import type { ChangeList } from '../model/event.ts'
import type { Because, Decision } from '../model/decision.ts'
import type { Conversation } from '../model/conversation.ts'
import type { IncomingMessage, Unsubscribe, Within } from '../model/incoming.ts'
import type { UserRule } from '../model/rule.ts'
import { baseSubject } from '../content/subject.ts'
import { preview } from '../content/preview.ts'
import { ensureAddress, noteSeen } from '../store/contacts.ts'
import { insertAttachment } from '../store/attachments.ts'
import { getBody, getMessage, insertMessage, setFlags, withMessageId, withSameBytes } from '../store/messages.ts'
import { insertPlace, messageAt } from '../store/places.ts'
import { noteProofDue } from '../store/proof-due.ts'
import { insertRaw } from '../store/raws.ts'
import { ensureStrand, findStrand } from '../store/strands.ts'
import { topicOf } from '../store/topic-arrival.ts'
import { updateConversation } from '../store/conversations.ts'
import type { Reader, Writer } from '../store/tx.ts'
import { amendNew, edit } from './amend.ts'
import { strandOf } from './converse.ts'
import { decide, identify } from './decide.ts'
import { echoOf } from './echo.ts'
import type { Judged } from './identify.ts'
import { isForeign } from './listed.ts'
import { introduce } from './paths.ts'
import type { Trust } from './trust.ts'
import type { Ready, ReadyMessage } from './understand.ts'
import { digestOf } from './understood.ts'

/** The transaction that a batch is written in, and what it knows from the start. */
export type Unit = {
  tx: Writer
  changes: ChangeList
  account: AccountRef
  /** The user's own addresses as `kind:address`. */
  own: ReadonlySet<string>
  lane: 'live' | 'history'
  now: number
  /** What the user has said about who gets in. */
  trust: Trust
  /** What could not be checked is decided now: it has been tried for long. */
  last?: boolean
}

/** After so long the proof of a sender is looked for again (ms). */
const firstTry = 30_000

/** What an arrival did: the conversation to recount, and the message that history counts. null: it was known. */
export type Arrived = { conversationId: number, messageId: number } | null

/** One message, step by step: known already? from whom? is it proven? where does it lie? which folder? Then it is written. */
export function arrive(unit: Unit, item: ReadyMessage, ready: Ready): Arrived {
  const { at: sortAt, place, raw } = ready
  const { tx, changes, account, now } = unit
  const { message } = item
  const history = unit.lane === 'history' || sortAt < account.since
  const known = knownAs(unit, item, ready, () => identify(unit, item, { at: sortAt, history }).proof.enough)
  if (known !== null) return knownAt(unit, known, message, place)
  const from = identify(unit, item, { at: sortAt, history })
  if (message.replaces && from.proof.enough) {
    const changed = edit(unit, message, withinOf(message, unit.own), place, sortAt)
    if (changed !== null) return null
  }
  const foreign = message.direction === 'in' && isForeign(tx, account.userId, message, from.signers, ruleOfList(unit, message))
  const spec = strandOf(message, { accountId: account.id, own: unit.own, enough: from.proof.enough, foreign, senderDigest: item.senderDigest })
  const moved = nameless(unit, message, ready, spec.key)
  if (moved !== undefined) return knownAt(unit, moved, message, place)
  const { facts, decision, folded, standing } = decide(unit, message, from, spec)
  const { strand, conversation } = ensureStrand(tx, changes, account.userId, spec, standing)
  const { folder, hidden } = settle(unit, conversation, standing, { history, enough: from.proof.enough, foreign, folded })
  const sender = message.direction === 'in' && from.proof.enough && message.sender.address !== null
    ? from.known ?? ensureAddress(tx, changes, account.userId, { ...message.sender, address: message.sender.address }) : null
  const id = tx.nextId('message')
  const seen = message.direction === 'out' || folded || (message.seen ?? unit.lane === 'history')
  insertMessage(tx, account.userId, {
    id, strandId: strand.id, sortAt, topicId: topic(unit, message, from.proof.enough), accountId: account.id, channel: message.channel ?? account.channel, direction: message.direction,
    senderId: sender?.id ?? null, sender: message.sender, proof: message.direction === 'in' ? from.proof.level : null, folder,
    because: { ...(conversation.because.rule === 'moved' && decision.folder !== folder ? conversation.because : decision.because), proof: from.proof.evidence, ...(from.warnings.length ? { warnings: from.warnings } : {}) },
    preview: preview(message.unreadable ?? message.text, message.subject ?? null), seen, flagged: message.flagged ?? false, automatic: message.automatic ?? null,
    status: message.direction === 'out' ? 'sent' : null, messageId: message.messageId ?? null, digest: item.digest, sentAt: message.sentAt ?? null, receivedAt: now,
    subject: message.subject || null, text: message.text, quoted: message.quoted ?? null, original: message.original ?? null, bounces: message.bounces ?? [], html: message.html ?? null, recipients: message.recipients,
    references: message.references, unreadable: message.unreadable ?? null, rawDigest: raw?.digest ?? null, attachments: item.attachments.length,
    folded, blockedAt: (folded || hidden) && !history && unit.lane === 'live' && message.direction === 'in' ? now : null, stream: facts.stream ?? (decision.because.rule === 'unknown' ? decision.stream : null), signers: from.signers, unsubscribe: signedUnsubscribe(item, from.proof), cards: message.cards ?? []
  })
  if (raw) insertRaw(tx, raw)
  if (from.proof.pending && raw && place) noteProofDue(tx, id, account.id, now, now + firstTry)
  for (const attachment of item.attachments) insertAttachment(tx, account.userId, { ...attachment, messageId: id }, now)
  if (place) insertPlace(tx, account.id, place.remoteId, place.folder?.name ?? '', id)
  // What a machine says in somebody's name is no sign of them (RFC 3834 section 2).
  const personal = !message.automatic || message.automatic === 'invitation'
  if (sender) noteSeen(tx, changes, sender, { ...(personal ? { inAt: sortAt } : {}), ...(personal && from.proof.level === 'verified' ? { verifiedAt: sortAt } : {}), ...(message.sender.name ? { name: message.sender.name } : {}) })
  if (message.direction === 'out') for (const member of spec.members) noteSeen(tx, changes, ensureAddress(tx, changes, account.userId, member), { outAt: sortAt })
  introduce(unit, { message, proof: { ...item.proof, level: from.proof.level }, from: sender, at: sortAt, strand: { id: strand.id, room: message.room !== undefined, title: conversation.title }, path: facts.path })
  // What is of somebody blocked is told as what it is, and never as news.
  if (unit.lane === 'live') changes.add(folded || hidden ? 'message.changed' : 'message.created', id, 1, { folder, conversation: conversation.id })
  amendNew(unit, [...(message.messageId === undefined ? [] : [{ messageId: message.messageId }]), ...(place ? [{ remoteId: place.remoteId }] : [])], sortAt)
  return { conversationId: conversation.id, messageId: id }
}

/** RFC 8058 section 4: one click only where the sender has signed both fields. Else anybody could have us call any address. */
function signedUnsubscribe({ message: { unsubscribe }, proof }: ReadyMessage, { level }: Judged): Unsubscribe | null {
  if (!unsubscribe) return null
  const signed = level === 'verified' && proof.covers?.includes('list-unsubscribe') === true && proof.covers.includes('list-unsubscribe-post')
  return { ...unsubscribe, oneClick: unsubscribe.oneClick && signed }
}

/** What the user has said about the list itself. */
function ruleOfList({ trust }: Unit, { list }: IncomingMessage): UserRule | null {
  return list ? trust.rule({ kind: '', address: null, list: list.id }) : null
}

/** Where a message was said: what it replaces must have been said there too. */
function withinOf({ room, direction, sender, recipients }: IncomingMessage, own: ReadonlySet<string>): Within {
  if (room) return { room: room.id }
  const peer = direction === 'in' ? sender : recipients.find(({ kind, address }) => !own.has(`${kind}:${address}`))
  return { peer: { kind: peer?.kind ?? sender.kind, address: peer?.address ?? sender.raw } }
}

/**
 * The message that this one already is: found at the same place; the echo of what Kinbox sent; or the same mail in another
 * folder or account (same Message-ID and same content: a Message-ID alone proves nothing, strangers can reuse one). What is
 * proven is not the same as a copy that was not: else whoever knows a mail could send it ahead, and it would wait in Other.
 */
function knownAs(unit: Unit, { message, digest }: ReadyMessage, { place, at }: Ready, proven: () => boolean): number | null {
  const { tx, account } = unit
  const there = place && messageAt(tx, account.id, place.remoteId)
  if (there) return there
  if (message.messageId === undefined) return echoOf(unit, message, place, at)
  const same = withMessageId(tx, account.userId, message.messageId)
    .filter(({ digest, sortAt }) => digest === null || message.sentAt !== undefined || Math.abs(sortAt - at) <= leeway)
    .filter((other, at) => other.digest === null ? other.direction === 'out' && message.direction === 'out' : Buffer.compare(other.digest, digest) === 0 || at < mostCompared && Buffer.compare(digestNow(tx, account.userId, other.id), digest) === 0)
  const sure = same.find(({ proof }) => proof !== 'unverified' && proof !== 'conflicting')
  if (sure) return sure.id
  return same[0] && !proven() ? same[0].id : null
}

/** One more place of a message that is there, and what its flags say. */
function knownAt({ tx, changes, account }: Unit, known: number, { seen, flagged }: IncomingMessage, place: Ready['place']): null {
  if (place) insertPlace(tx, account.id, place.remoteId, place.folder?.name ?? '', known)
  setFlags(tx, changes, known, { seen: seen === true ? true : undefined, flagged })
  return null
}

/** What has no Message-ID is known by its bytes, where it lies, and the network's time, which stays when it is moved into another folder or its folder is made anew. */
function nameless({ tx, account }: Unit, { messageId }: IncomingMessage, { at, place, raw }: Ready, key: string): number | undefined {
  if (messageId !== undefined || !place || !raw) return undefined
  const strand = findStrand(tx, account.userId, key)
  return strand && withSameBytes(tx, strand.id, at, raw.digest)
}

/** Who writes no date may use an id again, as chat programs do that count from 1: then only what came at the same time, as far as clocks agree (ms), is the same. */
const leeway = 60_000

/** A stranger can send very many mails of one Message-ID. */
const mostCompared = 10

/** Earlier versions made the digest of something else, so it is made again of what they stored. */
function digestNow(tx: Reader, userId: number, id: number): Uint8Array {
  return digestOf({ ...getMessage(tx, userId, id)!, ...getBody(tx, id) })
}

const fellBack: Because = {
  rule: 'unproven', text: 'You had moved this conversation to the inbox; then something new came in it that nothing proves, so it is back in Other.', evidence: ['What does not prove its sender may be from anybody, also from somebody else than before.']
}

/**
 * Where the conversation stands now that this message is in it, and whether it is hidden. The user's own move stays; a decision for the
 * inbox lifts a conversation out of Other, and nothing but the user or a lost friendship takes it back. Only where nobody can tell
 * who writes, the user's move is good for what was there: something new that is not proven takes the conversation back.
 */
function settle({ tx, changes, lane }: Unit, conversation: Conversation, decision: Decision, { history, enough, foreign, folded }: { history: boolean, enough: boolean, foreign: boolean, folded: boolean }): { folder: 'inbox' | 'other', hidden: boolean } {
  const hide = decision.blockedAt !== null && conversation.blockedAt === null
  const hidden = hide || conversation.blockedAt !== null
  const lift = !hidden && !conversation.routed && conversation.folder === 'other' && decision.folder === 'inbox'
  const back = !hide && conversation.routed && conversation.folder === 'inbox' && (conversation.kind === 'person' ? !enough && conversation.contactId === null : conversation.kind === 'list' && foreign)
  const another = !hide && !lift && !folded && !conversation.routed && conversation.folder === 'other' && decision.folder === 'other' && decision.because.rule !== 'rule' && conversation.because.rule !== 'rule' && decision.stream !== conversation.stream
  const wake = lane === 'live' && !history && !hidden && !folded && conversation.archivedAt !== null
  const patch = {
    ...(hide || lift ? decision : {}), ...(back ? { folder: 'other' as const, because: fellBack, routed: false } : {}), ...(another ? { stream: decision.stream } : {}), ...(wake ? { archivedAt: null } : {})
  }
  if (hide || lift || back || another || wake) updateConversation(tx, changes, conversation, patch)
  return { folder: hide || back ? 'other' : lift ? 'inbox' : conversation.folder, hidden }
}

function topic({ tx, changes, account }: Unit, message: IncomingMessage, joins: boolean): number | null {
  if (message.subject === undefined && message.references.length === 0) return null
  return topicOf(tx, changes, account.userId, { messageId: message.messageId ?? null, references: message.references, subject: message.subject ?? null, joins }, baseSubject)
}
