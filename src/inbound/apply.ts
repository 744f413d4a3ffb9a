import type { Incoming, IncomingContact, IncomingFlags, IncomingMessage, IncomingReachability, IncomingReceipt, IncomingRemoval } from '../model/incoming.ts'
import { ensureAddress, findAddress, getContact, insertAddress, moveAddress, addressesOf, updateContact } from '../store/contacts.ts'
import { raiseAttempt } from '../store/dispatches.ts'
import { pendingMark } from '../store/marks.ts'
import { forgetFolder, forgetPlace, messageAt } from '../store/places.ts'
import { getBody, setFlags, withMessageId } from '../store/messages.ts'
import { setReach } from '../store/reach.ts'
import { regroup } from '../store/strands.ts'
import { amend } from './amend.ts'
import { isBelieved } from './report.ts'
import type { Reporter } from './report.ts'
import { reroute } from './reroute.ts'
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
    case 'contact': return contact(unit, incoming)
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
function removal({ tx, account }: Unit, { remoteId, folder }: IncomingRemoval): void {
  if (remoteId !== undefined) forgetPlace(tx, account.id, remoteId)
  else if (folder !== undefined) forgetFolder(tx, account.id, folder)
}

function reachability({ tx, account }: Unit, { own, peer, reachable, reason }: IncomingReachability, at: number): void {
  setReach(tx, account.userId, { own, peer, reachable, reason, at })
}

/**
 * Somebody from an address book: a friend. Their addresses become one contact, but an address that the user gave to
 * somebody else stays where it is.
 */
function contact({ tx, changes, account }: Unit, { name, addresses }: IncomingContact): void {
  const { userId } = account
  const first = addresses[0]
  if (!first) return
  const home = addresses.map((address) => findAddress(tx, userId, address)).find((address) => address && getContact(tx, userId, address.contactId)?.namedBy === 'user') ?? ensureAddress(tx, changes, userId, { ...first, name })
  const moved: number[] = []
  for (const address of addresses) {
    const known = findAddress(tx, userId, address)
    if (!known) insertAddress(tx, userId, home.contactId, { ...address, name })
    else if (known.contactId !== home.contactId) {
      const owner = getContact(tx, userId, known.contactId)!
      if (owner.namedBy === 'user' || addressesOf(tx, owner.id).length > 1) continue
      moveAddress(tx, known.id, home.contactId)
      updateContact(tx, changes, owner, { redirectTo: home.contactId })
      moved.push(known.id)
    }
  }
  const owner = getContact(tx, userId, home.contactId)!
  if (!owner.friend || owner.namedBy !== 'user') updateContact(tx, changes, owner, { friend: true, ...(owner.namedBy === 'user' ? {} : { name }) })
  if (moved.length) regroup(tx, changes, userId, moved)
  reroute(tx, changes, userId, owner.id)
}
