import type { Blobs } from '../blobs/blobs.ts'
import { Changes } from '../feed/append.ts'
import type { Wakeup } from '../feed/wakeup.ts'
import { remoteId } from '../model/ids.ts'
import type { Clock } from '../model/ports.ts'
import { recount } from '../store/conversations.ts'
import { listIdentities } from '../store/identities.ts'
import { getMessage } from '../store/messages.ts'
import { placesOf } from '../store/places.ts'
import { forgetProofDue, waitingWith } from '../store/proof-due.ts'
import type { ProofDue } from '../store/proof-due.ts'
import { deleteMessages } from '../store/purge.ts'
import { getRaw } from '../store/raws.ts'
import type { Store } from '../store/store.ts'
import type { AccountRef, Understanding } from './account.ts'
import type { Unit } from './arrive.ts'
import { ownKeys, withIdentities, write } from './receive.ts'
import { trustOf } from './trust.ts'
import { understand } from './understand.ts'

/** 'waiting': it still cannot be checked. */
export type Again = (account: AccountRef, due: ProofDue, last: boolean) => Promise<'settled' | 'waiting'>

/**
 * Looks for the proof of a message anew. Once there is an answer, or this is the last try, the message that waited goes and comes in again in one
 * transaction, as if it had come now with that answer: it never lay in anybody's conversation, and clients hear of both. What the user did
 * with it meanwhile (read, flagged) stays.
 */
export function takerAgain({ store, blobs, wakeup, clock, ...how }: { store: Store, blobs: Blobs, wakeup: Pick<Wakeup, 'notify'>, clock: Clock } & Understanding): Again {
  return async (given, { messageId, userId, rawDigest }, last) => {
    const { message, place, stored, account } = await store.read((tx) => ({
      message: getMessage(tx, userId, messageId), place: placesOf(tx, messageId).find(({ accountId }) => accountId === given.id),
      stored: rawDigest === null ? undefined : getRaw(tx, rawDigest), account: withIdentities(given, listIdentities(tx, userId))
    }))
    const raw = stored?.bytes ?? (stored && rawDigest ? await blobs.read(rawDigest) : null)
    if (!message || !place || !raw || !rawDigest) {
      await store.hot((tx) => forgetProofDue(tx, messageId))
      return 'settled'
    }
    const folder = { name: place.folder, role: place.folder.toUpperCase() === 'INBOX' ? 'inbox' as const : 'other' as const }
    const ready = await understand(account, { remoteId: remoteId(place.remoteId), at: message.sortAt, folder, raw }, how, blobs)
    if (ready.proof?.temporary && !last) return 'waiting'
    await blobs.sync()
    await store.hot((tx) => {
      const waiting = waitingWith(tx, account.id, rawDigest)
      const now = getMessage(tx, userId, messageId)
      if (!now || !waiting.includes(messageId)) return
      const changes = new Changes(userId)
      const unit: Unit = { tx, changes, account, trust: trustOf(tx, userId), own: ownKeys(account), lane: 'live', now: clock.now(), last: true }
      deleteMessages(tx, changes, waiting)
      const items = ready.items.map((item) => 'message' in item ? { ...item, message: { ...item.message, seen: now.seen, flagged: now.flagged } } : item)
      for (const id of new Set(write(unit, { ...ready, items }).map(({ conversationId }) => conversationId))) recount(tx, changes, id)
      changes.append(tx, unit.now)
    })
    wakeup.notify(userId)
    return 'settled'
  }
}
