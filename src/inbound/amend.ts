import type { IncomingAmendment, IncomingMessage, IncomingReaction, IncomingRetraction, Sender, Target, Within } from '../model/incoming.ts'
import type { Proof } from '../model/proof.ts'
import { strandOfPeople, strandOfRoom } from '../model/strand.ts'
import { preview } from '../content/preview.ts'
import { amendableAt, amendableByMessageId, hasAmendments, keepAmendment, replaceText, retract, takeAmendments, touch } from '../store/amendments.ts'
import type { Amendable } from '../store/amendments.ts'
import { recount } from '../store/conversations.ts'
import { markSeenUpTo } from '../store/messages.ts'
import { insertPlace } from '../store/places.ts'
import { setReactions } from '../store/reactions.ts'
import { findStrand } from '../store/strands.ts'
import type { Unit } from './arrive.ts'

/**
 * Applies what is said about an earlier message. History comes newest first: what is said about a message that is not there
 * yet is kept until it comes. Harmless when it comes twice.
 */
export function amend(unit: Unit, incoming: IncomingAmendment, at: number, proof: Proof | null): void {
  // Whoever bears a name in a room today is not whoever bore it yesterday: what others wrote is not theirs to take back.
  if (incoming.type === 'retraction' && incoming.direction === 'in' && (proof ? proof.level === 'unverified' || proof.level === 'conflicting' : incoming.sender.address === null)) return
  const message = meant(unit, incoming.target, incoming.within)
  if (message) apply(unit, message, incoming, at)
  else {
    const saidIn = strandKeyOf(unit, incoming.within)
    // Live, whoever has never written has nothing to be spoken of.
    if (unit.lane === 'history' || findStrand(unit.tx, unit.account.userId, saidIn)) keepAmendment(unit.tx, unit.account.id, { target: keyOf(incoming.target), saidIn }, incoming, at)
  }
}

/** What was said about this message before it came. Only what history hands over can have been spoken of before. */
export function amendNew(unit: Unit, names: Target[], at: number): void {
  if (unit.lane !== 'history' || !hasAmendments(unit.tx, unit.account.id)) return
  for (const target of names) for (const early of takeAmendments(unit.tx, unit.account.id, keyOf(target))) earlier(unit, early.incoming, Math.max(early.at, at))
}

/**
 * Gives an earlier message of the same sender its new text. Returns that message; null where it is not known, or is not
 * theirs: then the new text is a message of its own, and nothing that was said is lost.
 */
export function edit(unit: Unit, message: IncomingMessage, within: Within, place: { remoteId: string } | null, at: number): number | null {
  const earlier = message.replaces && meant(unit, message.replaces, within)
  if (!earlier || !sameSender(earlier, message)) return null
  const rev = replaceText(unit.tx, earlier.id, { text: message.text, html: message.html ?? null, preview: preview(message.text, message.subject ?? null) }, at)
  if (place) insertPlace(unit.tx, unit.account.id, place.remoteId, '', earlier.id)
  if (rev !== undefined) tell(unit, earlier, rev)
  return earlier.id
}

/** It was looked at when it came. */
function earlier(unit: Unit, incoming: IncomingAmendment, at: number): void {
  const message = meant(unit, incoming.target, incoming.within)
  if (message) apply(unit, message, incoming, at)
}

function apply(unit: Unit, message: Amendable, incoming: IncomingAmendment, at: number): void {
  switch (incoming.type) {
    case 'reaction': return reaction(unit, message, incoming, at)
    case 'retraction': return retraction(unit, message, incoming, at)
    case 'seen':
      markSeenUpTo(unit.tx, unit.changes, message.conversationId, message)
  }
}

function reaction(unit: Unit, message: Amendable, { sender, emoji }: IncomingReaction, at: number): void {
  const from = { kind: sender.kind, address: sender.address ?? sender.raw, name: sender.name }
  if (setReactions(unit.tx, message.id, from, emoji, at)) unit.changes.add('message.changed', message.id, touch(unit.tx, message.id), { folder: message.folder, conversation: message.conversationId })
}

function retraction(unit: Unit, message: Amendable, incoming: IncomingRetraction, at: number): void {
  if (!sameSender(message, incoming)) return
  const rev = retract(unit.tx, message.id, at)
  if (rev !== undefined) tell(unit, message, rev)
}

/** The conversation shows its newest message. */
function tell({ tx, changes }: Unit, { id, folder, conversationId }: Amendable, rev: number): void {
  changes.add('message.changed', id, rev, { folder, conversation: conversationId })
  recount(tx, changes, conversationId)
}

/** The message of that name that lies where this was said: an id alone proves nothing. */
function meant(unit: Unit, target: Target, within: Within): Amendable | undefined {
  const { tx, account } = unit
  const key = strandKeyOf(unit, within)
  const named = 'remoteId' in target ? amendableAt(tx, account.id, target.remoteId) : amendableByMessageId(tx, account.userId, account.id, target.messageId)
  return named.find((message) => message.strandKey === key)
}

function strandKeyOf({ account }: Unit, within: Within): string {
  return ('room' in within ? strandOfRoom(account.id, { id: within.room }) : strandOfPeople([within.peer])).key
}

function sameSender(message: Amendable, { direction, sender }: { direction: 'in' | 'out', sender: Sender }): boolean {
  return message.direction === direction && (direction === 'out' || (message.sender.kind === sender.kind && message.sender.raw === sender.raw))
}

const keyOf = (target: Target): string => 'remoteId' in target ? 'at:' + target.remoteId : 'id:' + target.messageId
