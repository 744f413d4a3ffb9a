import type { PresenceBoard, Sighting } from '../../accounts/presence.ts'
import type { Address, Ephemeral } from '../../model/incoming.ts'
import { publicId } from '../../model/ids.ts'
import { bestPresence } from '../../model/presence.ts'
import type { Presence } from '../../model/presence.ts'
import { addressesOf, findAddress } from '../../store/contacts.ts'
import { conversationWith } from '../../store/conversations.ts'
import type { Store } from '../../store/store.ts'
import type { Reader } from '../../store/tx.ts'
import type { Signal } from '../signals.ts'
import { rfc3339 } from '../time.ts'

/** What a network says of now, as clients see it; null where it is about nobody they know. Presence is gathered first: presenceSignals. */
export async function signalOf(store: Store, userId: number, accountId: number, signal: Extract<Ephemeral, { type: 'typing' }> | { type: 'progress', done: number, total: number }): Promise<Signal | null> {
  if (signal.type === 'progress') return { ...signal, accountId: publicId('account', accountId) }
  const { kind, address } = signal.address
  const conversation = await store.read((tx) => {
    const known = findAddress(tx, userId, signal.address)
    return known && conversationWith(tx, userId, known.contactId)
  })
  return conversation ? { type: 'typing', conversationId: publicId('conversation', conversation.id), party: { kind, address }, typing: signal.typing } : null
}

/** Changes of presence as clients see them, those of nobody they know left out. */
export function presenceSignals(tx: Reader, board: Pick<PresenceBoard, 'of'>, userId: number, sightings: Sighting[]): Signal[] {
  return sightings.flatMap(({ address: { kind, address }, presence, lastSeenAt }): Signal[] => {
    const known = findAddress(tx, userId, { kind, address })
    if (!known) return []
    const best = bestOf(board, userId, addressesOf(tx, known.contactId)) ?? 'offline'
    return [{
      type: 'presence', party: { kind, address }, available: presence !== 'offline', presence, contactId: publicId('contact', known.contactId), best,
      ...(lastSeenAt === null ? {} : { lastSeenAt: rfc3339(lastSeenAt) })
    }]
  })
}

/** The best that is known of all these addresses; null: nothing. */
export function bestOf(board: Pick<PresenceBoard, 'of'>, userId: number, addresses: Address[]): Presence | null {
  return addresses.reduce<Presence | null>((best, one) => bestPresence(best, board.of(userId, one)), null)
}
