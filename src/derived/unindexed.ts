import { logBounds } from '../store/events.ts'
import type { Store } from '../store/store.ts'
import type { SearchIndex } from './search-index.ts'

/**
 * Keeps bulk work from running ahead of the index: call it with the number of messages after each batch that was stored. It
 * resolves at once, or, while more than `most` of these messages are not indexed, when they are. `index.upTo` waits for all.
 */
export function unindexed({ index, store, userId, most = 400 }: { index: Pick<SearchIndex, 'indexed' | 'upTo'>, store: Pick<Store, 'read'>, userId: number, most?: number }): (messages: number, signal?: AbortSignal) => Promise<void> {
  let waiting: { seq: number, messages: number }[] = []
  const sum = () => waiting.reduce((all, { messages }) => all + messages, 0)
  return async (messages, signal) => {
    waiting.push({ seq: (await store.read((tx) => logBounds(tx, userId))).head, messages })
    waiting = waiting.filter(({ seq }) => seq > index.indexed(userId))
    while (sum() > most) await index.upTo(userId, waiting.shift()!.seq, signal)
  }
}
