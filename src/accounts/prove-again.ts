import type { Connector } from '../connector.ts'
import type { Again } from '../inbound/again.ts'
import type { Clock, Log } from '../model/ports.ts'
import { accountById, accountSettings } from '../store/accounts.ts'
import { forgetProofDue, proofsDue, proveLater } from '../store/proof-due.ts'
import type { ProofDue } from '../store/proof-due.ts'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import { refOf } from './session.ts'

/** So long a live mail waits for an answer about its sender (ms). */
export const patience = 600_000
const atOnce = 50

/**
 * Looks again for the proof of mail that could not be checked when it came: after half a minute, then ever more rarely, for ten minutes; then it is
 * decided without. What is due lies in the database, so a restart loses nothing.
 */
export function proveAgain({ store, seal, clock, log, connector, again, everyMs = 10_000 }: { store: Store, seal: Seal, clock: Clock, log: Log, connector(kind: string): Promise<Connector>, again: Again, everyMs?: number }): { run(): Promise<void>, start(): void, stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | null = null
  let stopping = false

  async function run(): Promise<void> {
    for (const due of await store.read((tx) => proofsDue(tx, clock.now(), atOnce))) {
      if (stopping) return
      await one(due).catch(async (error: unknown) => {
        log.warn({ messageId: due.messageId, error: error instanceof Error ? error.message : String(error) }, 'the proof of a sender could not be looked for again')
        await later(due)
      })
    }
  }

  const later = ({ messageId, since, tries }: ProofDue) => store.hot((tx) => proveLater(tx, messageId, clock.now() + Math.min(30_000 * 2 ** Math.min(tries, 2), Math.max(1000, since + patience - clock.now()))))

  async function one(due: ProofDue): Promise<void> {
    const found = await store.read((tx) => {
      const row = accountById(tx, due.accountId)
      return row && { row, settings: accountSettings<unknown>(tx, seal, row.id) }
    })
    if (!found) return await store.hot((tx) => forgetProofDue(tx, due.messageId))
    const account = refOf(await connector(found.row.kind), found.row, found.settings)
    if (await again(account, due, clock.now() >= due.since + patience) === 'waiting') await later(due)
  }

  return {
    run,
    start() {
      timer = setInterval(() => {
        running ??= run().catch((error: unknown) => log.warn({ error: error instanceof Error ? error.message : String(error) }, 'what waits for a proof could not be looked at')).finally(() => { running = null })
      }, everyMs).unref()
    },
    async stop() {
      stopping = true
      clearInterval(timer)
      let late: NodeJS.Timeout | undefined
      // It may wait for an answer; what is not decided stays due.
      await Promise.race([running, new Promise((over) => { late = setTimeout(over, 2000) })])
      clearTimeout(late)
    }
  }
}
