import { Changes } from '../feed/append.ts'
import type { Wakeup } from '../feed/wakeup.ts'
import { blockedBefore, deleteMessages, usersWithBlocked } from '../store/purge.ts'
import type { Store } from '../store/store.ts'
import type { Clock, Log } from '../model/ports.ts'

const day = 86_400_000
const chunk = 100
const defaults = { keepMs: 30 * day, everyMs: 3_600_000 }

/**
 * Each hour: deletes what came from blocked people more than 30 days ago, as long as they are blocked. In small transactions of the bulk lane, each
 * with its events.
 */
export function purge({ store, clock, log, wakeup, keepMs, everyMs }: { store: Store, clock: Clock, log: Log, wakeup: Pick<Wakeup, 'notify'> } & Partial<typeof defaults>): { run(): Promise<void>, start(): void, stop(): Promise<void> } {
  const limits = { keepMs: keepMs ?? defaults.keepMs, everyMs: everyMs ?? defaults.everyMs }
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let stopping = false

  async function run(): Promise<void> {
    const before = clock.now() - limits.keepMs
    for (const userId of await store.read((tx) => usersWithBlocked(tx, before))) {
      while (!stopping && await some(userId, before) > 0) wakeup.notify(userId)
    }
  }

  /** Looked for in the transaction that deletes: the block may have ended meanwhile. */
  const some = (userId: number, before: number) => store.hot((tx) => {
    const ids = blockedBefore(tx, userId, before, chunk)
    if (ids.length === 0) return 0
    const changes = new Changes(userId)
    deleteMessages(tx, changes, ids)
    changes.append(tx, clock.now())
    return ids.length
  }, 'bulk')

  return {
    run,
    start() {
      timer = setInterval(() => {
        running = running.then(run).catch((error: unknown) => log.warn({ error: error instanceof Error ? error.message : String(error) }, 'what blocked people sent could not be purged; tried again in an hour'))
      }, limits.everyMs).unref()
    },
    async stop() {
      stopping = true
      clearInterval(timer)
      await running
    }
  }
}
