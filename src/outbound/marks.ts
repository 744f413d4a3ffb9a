import type { Connector, Session } from '../connector.ts'
import type { RemoteId } from '../model/ids.ts'
import type { Log } from '../model/ports.ts'
import { accountById, listAccounts } from '../store/accounts.ts'
import { blockedMarks, deferMarks, nextMarks, nextMarkTime, settleMarks } from '../store/marks.ts'
import type { MarkAccounts } from '../store/marks.ts'
import { settingsOf } from '../store/settings.ts'
import type { Store } from '../store/store.ts'
import { failureOf } from './failure.ts'

export type MarkerDeps = {
  store: Store
  clock: { now(): number }
  log: Log
  connector(kind: string): Promise<Connector>
  session(accountId: number): Session | null
  /** Nobody is told anything of the user. */
  invisible(userId: number): boolean
}

export type Marker = {
  /** Which accounts are to be told of a mark in a conversation; `peer` only where the user wants it, and never in Other. */
  accounts(userId: number): Promise<MarkAccounts>
  /** Marks wait on this account, or its session has opened. */
  wake(accountId: number): void
  stop(): Promise<void>
}

const batch = 500
const baseMs = 15_000
const maxMs = 60 * 60_000

/** Tells the networks what was marked here. Repeating a mark is harmless, so a row goes only after the network's answer, also over a crash. */
export function marker({ store, clock, log, connector, session, invisible }: MarkerDeps): Marker {
  const running = new Map<number, Promise<void>>()
  const again = new Set<number>()
  const timers = new Map<number, NodeJS.Timeout>()
  let stopping = false

  function wake(accountId: number): void {
    if (stopping) return
    if (running.has(accountId)) return void again.add(accountId)
    running.set(accountId, work(accountId)
      .catch((error: unknown) => log.error({ accountId, error: error instanceof Error ? error.message : String(error) }, 'what was read could not be told for a moment'))
      .finally(() => {
        running.delete(accountId)
        if (again.delete(accountId)) wake(accountId)
      }))
  }

  async function work(accountId: number): Promise<void> {
    while (!stopping) {
      const open = session(accountId)
      if (!open) return
      const [due, next, account] = await store.read((tx) => [nextMarks(tx, accountId, clock.now(), batch), nextMarkTime(tx, accountId), accountById(tx, accountId)] as const)
      if (!account) return
      // They waited, and somebody may be blocked since.
      const silent = (await connector(account.kind)).can.marks === 'peer' ? await store.read((tx) => blockedMarks(tx, accountId, due)) : []
      if (silent.length > 0) await store.hot((tx) => settleMarks(tx, accountId, silent), 'bulk')
      const marks = due.filter((mark) => !silent.includes(mark))
      if (marks.length === 0 && silent.length > 0) continue
      if (marks.length === 0) return next === null ? undefined : alarm(accountId, next - clock.now())
      try {
        await open.perform(await open.prepare({ type: 'mark', remoteIds: marks.map(({ remoteId }) => remoteId as RemoteId), seen: marks[0]!.seen }))
        await store.hot((tx) => settleMarks(tx, accountId, marks), 'bulk')
      } catch (error) {
        const { retry, code } = failureOf(error)
        log.warn({ accountId, marks: marks.length, code, retry }, 'what was read could not be told to the network')
        if (retry === 'never') await store.hot((tx) => settleMarks(tx, accountId, marks), 'bulk')
        else await store.hot((tx) => deferMarks(tx, accountId, marks, clock.now() + Math.min(maxMs, baseMs * 2 ** marks[0]!.tries)), 'bulk')
      }
    }
  }

  function alarm(accountId: number, ms: number): void {
    clearTimeout(timers.get(accountId))
    timers.set(accountId, setTimeout(() => wake(accountId), Math.max(0, Math.min(ms, maxMs))).unref())
  }

  return {
    async accounts(userId) {
      const { all, tells } = await store.read((tx) => ({ all: listAccounts(tx, userId), tells: settingsOf(tx, userId).sendReadMarkers }))
      const found: MarkAccounts = { own: [], peer: [] }
      for (const { id, kind } of all) {
        const marks = (await connector(kind).catch(() => null))?.can.marks
        if (marks === 'own' || (marks === 'peer' && tells && !invisible(userId))) found[marks].push(id)
      }
      return found
    },
    wake,
    async stop() {
      stopping = true
      for (const timer of timers.values()) clearTimeout(timer)
      let timer: NodeJS.Timeout | undefined
      await Promise.race([Promise.allSettled(running.values()), new Promise((over) => { timer = setTimeout(over, 2_000) })])
      clearTimeout(timer)
    }
  }
}
