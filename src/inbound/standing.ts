import { Changes } from '../feed/append.ts'
import type { ChangeList } from '../model/event.ts'
import { conversationsKnownThrough, conversationsWaiting } from '../store/affected.ts'
import { endedShares, removeShare } from '../store/neighbours.ts'
import { touchContacts } from '../store/paths.ts'
import { raiseVersion } from '../store/rules.ts'
import type { Writer } from '../store/tx.ts'
import { reroute, rerouteOne } from './reroute.ts'
import { trustOf } from './trust.ts'

/** The user lets in friends only from now on, or friends of friends too: whoever that is about moves. */
export function changeStrictness(tx: Writer, changes: ChangeList, userId: number, strict: boolean): void {
  raiseVersion(tx, userId)
  const trust = trustOf(tx, userId)
  for (const conversation of strict ? conversationsKnownThrough(tx, userId) : conversationsWaiting(tx, userId)) rerouteOne(tx, changes, userId, trust, conversation)
}

/**
 * Ends what other users of this server know through this user's list, where it holds no more. Their changes go into their own logs, in this
 * transaction. Returns who is to be told after the commit.
 */
export function endShares(tx: Writer, userId: number, now: number): number[] {
  const byUser = Map.groupBy(endedShares(tx, userId), (share) => share.userId)
  for (const [otherId, shares] of byUser) {
    const changes = new Changes(otherId)
    for (const { addressId, viaId } of shares) removeShare(tx, addressId, viaId)
    for (const contactId of new Set(shares.map((share) => share.contactId))) {
      touchContacts(tx, changes, [contactId])
      reroute(tx, changes, otherId, contactId)
    }
    if (!changes.empty) changes.append(tx, now)
  }
  return [...byUser.keys()]
}
