import type { Incoming, IncomingFlags, IncomingMessage, IncomingReachability, IncomingReceipt, IncomingRemoval } from '../model/incoming.ts'
import { raiseAttempt } from '../store/dispatches.ts'
import { pendingMark } from '../store/marks.ts'
import { forgetFolder, forgetPlace, messageAt } from '../store/places.ts'
import { getBody, setFlags, withMessageId } from '../store/messages.ts'
import { setReach } from '../store/reach.ts'
import { amend } from './amend.ts'
import { isBelieved } from './report.ts'
import type { Reporter } from './report.ts'
import { cardGone, cardsLeft, takeContact } from './book.ts'
import type { Unit } from './arrive.ts'
import type { Ready } from './understand.ts'

/** Whatever comes in that is not a message, each in the transaction of its batch. */
export function apply(unit: Unit, incoming: Exclude<Incoming, IncomingMessage>, ready: Ready): void {
  const { at } = ready
  switch (incoming.type) {
    case 'receipt': return receipt(unit, incoming, reporterOf(ready))
    case 'flags': return flags(unit, incoming)
    case 'removal': return removal(unit, incoming)
    case 'reachability': return reachability(unit, incoming, at)
    case 'contact': return void takeContact(unit, incoming)
    case 'cards': return cardsLeft(unit, incoming)
    case 'reaction': case 'retraction': case 'seen': return amend(unit, incoming, at, ready.proof)
  }
}

function receipt({ tx, changes, account, now }: Unit, { attempt, remoteId, messageId, recipient, status, error }: IncomingReceipt, reporter: Reporter): void {
  if (messageId !== undefined) {
    // Anybody can write a report. What cannot be guessed is the id of a mail together with whom it went to.
    const meant = withMessageId(tx, account.userId, messageId).find(({ direction }) => direction === 'out')
    if (meant && recipient && isBelieved(reporter, recipient, getBody(tx, meant.id).recipients, account.context.own)) raiseAttempt(tx, changes, { accountId: account.id, messageId: meant.id, recipient: recipient.address }, status, error ?? null, now)
    return
  }
  raiseAttempt(tx, changes, { accountId: account.id, ...(attempt ? { attempt } : {}), ...(remoteId ? { remoteId } : {}), ...(recipient ? { recipient: recipient.address } : {}) }, status, error ?? null, now)
}

function flags({ tx, changes, account }: Unit, { remoteId, seen, flagged }: IncomingFlags): void {
  const id = messageAt(tx, account.id, remoteId)
  // What was marked here and not told yet is newer than what the network says.
  if (id !== undefined) setFlags(tx, changes, id, { seen: pendingMark(tx, account.id, remoteId) ? undefined : seen, flagged })
}

/** The message that a report came in. */
function reporterOf({ items }: Ready): Reporter {
  const report = items.find((item) => 'message' in item)
  return report ? { sender: report.message.sender, proof: report.proof } : null
}

/** The place is forgotten, the message kept: the user's history does not depend on the network's. */
function removal(unit: Unit, { remoteId, folder }: IncomingRemoval): void {
  const { tx, account } = unit
  if (remoteId !== undefined) {
    forgetPlace(tx, account.id, remoteId)
    cardGone(unit, remoteId)
  }
  else if (folder !== undefined) forgetFolder(tx, account.id, folder)
}

function reachability({ tx, account }: Unit, { own, peer, reachable, reason }: IncomingReachability, at: number): void {
  setReach(tx, account.userId, { own, peer, reachable, reason, at })
}
