import type { Ephemeral } from '../../model/incoming.ts'
import { publicId } from '../../model/ids.ts'
import { findAddress } from '../../store/contacts.ts'
import { conversationWith } from '../../store/conversations.ts'
import type { Store } from '../../store/store.ts'
import type { Signal } from '../signals.ts'

/** What a network says of now, as clients see it; null where it is about nobody they know. */
export async function signalOf(store: Store, userId: number, accountId: number, signal: Ephemeral | { type: 'progress', done: number, total: number }): Promise<Signal | null> {
  if (signal.type === 'progress') return { ...signal, accountId: publicId('account', accountId) }
  const { kind, address } = signal.address
  if (signal.type === 'presence') return { type: 'presence', party: { kind, address }, available: signal.available }
  const conversation = await store.read((tx) => {
    const known = findAddress(tx, userId, signal.address)
    return known && conversationWith(tx, userId, known.contactId)
  })
  return conversation ? { type: 'typing', conversationId: publicId('conversation', conversation.id), party: { kind, address }, typing: signal.typing } : null
}
