import { pruneClientWrites, pruneEvents, pruneLogins, usersWithLog } from '../store/retention.ts'
import { pruneUploads } from '../store/unused.ts'
import type { Store } from '../store/store.ts'
import type { Clock, Log } from '../model/ports.ts'

const day = 86_400_000
const chunk = 1000
/** An upload is used within minutes; one that waits for a client without a network may take days. */
const uploadMs = 7 * day
const defaults = { keepMs: 30 * day, keepEvents: 1_000_000, everyMs: 3_600_000 }

/**
 * Each hour: forgets events that no client may resume from any more, idempotency keys, and logins that ended, all after 30
 * days (events also beyond a million a user), and uploads that no message has used for a week. In small transactions of the bulk lane, so that nobody waits for it.
 * No event is forgotten that `derived` (how far a user's log is taken in by what follows it) has not passed.
 */
export function retention({ store, clock, log, derived = () => Infinity, keepMs, keepEvents, everyMs }: { store: Store, clock: Clock, log: Log, derived?(userId: number): number } & Partial<typeof defaults>): { run(): Promise<void>, start(): void, stop(): Promise<void> } {
  const limits = { keepMs: keepMs ?? defaults.keepMs, keepEvents: keepEvents ?? defaults.keepEvents, everyMs: everyMs ?? defaults.everyMs }
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let stopping = false

  async function run(): Promise<void> {
    const before = clock.now() - limits.keepMs
    for (const userId of await store.read(usersWithLog)) {
      while (!stopping && await store.hot((tx) => pruneEvents(tx, userId, { before, keep: limits.keepEvents, limit: chunk, upTo: derived(userId) }), 'bulk') > 0);
    }
    while (!stopping && await store.hot((tx) => pruneClientWrites(tx, before, chunk), 'bulk') > 0);
    while (!stopping && await store.hot((tx) => pruneLogins(tx, before, chunk), 'bulk') > 0);
    while (!stopping && await store.hot((tx) => pruneUploads(tx, clock.now() - uploadMs, chunk), 'bulk') > 0);
  }

  return {
    run,
    start() {
      timer = setInterval(() => {
        running = running.then(run).catch((error: unknown) => log.warn({ error: error instanceof Error ? error.message : String(error) }, 'what is too old could not be forgotten; tried again in an hour'))
      }, limits.everyMs).unref()
    },
    async stop() {
      stopping = true
      clearInterval(timer)
      await running
    }
  }
}
