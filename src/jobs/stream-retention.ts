import { Changes } from '../feed/append.ts'
import type { Wakeup } from '../feed/wakeup.ts'
import type { Clock, Log } from '../model/ports.ts'
import { deleteMessages } from '../store/purge.ts'
import { settingsOf } from '../store/settings.ts'
import type { Store } from '../store/store.ts'
import { keptStreams, outlived } from '../store/stream-retention.ts'
import { listUsers } from '../store/users.ts'
import { every } from './every.ts'
import type { Repeated } from './every.ts'

const day = 86_400_000
const chunk = 100

type Deps = { store: Store, clock: Clock, log: Log, wakeup: Pick<Wakeup, 'notify'>, everyMs?: number }

/**
 * Each hour: deletes what machines sent longer ago than the user wants to keep that stream (by default: for ever). In small transactions of the bulk lane, each with
 * its events; what is deleted is looked for in the transaction, since it may have been flagged or answered meanwhile. Only here: what the network keeps stays there.
 */
export function streamRetention({ store, clock, log, wakeup, everyMs = 3_600_000 }: Deps): Repeated {
  const some = (userId: number, stream: typeof keptStreams[number]) => store.hot((tx) => {
    const days = settingsOf(tx, userId).keepDays[stream]
    const ids = days === null ? [] : outlived(tx, userId, { stream, before: clock.now() - days * day, limit: chunk })
    if (ids.length === 0) return 0
    const changes = new Changes(userId)
    deleteMessages(tx, changes, ids)
    changes.append(tx, clock.now())
    return ids.length
  }, 'bulk')

  return every(everyMs, log, 'what is older than a stream is kept for could not be deleted; tried again in an hour', async (stopping) => {
    for (const { id } of await store.read(listUsers)) {
      const { keepDays } = await store.read((tx) => settingsOf(tx, id))
      for (const stream of keptStreams) {
        while (!stopping() && keepDays[stream] !== null && await some(id, stream) > 0) wakeup.notify(id)
      }
    }
  })
}
