import type { Session } from '../connector.ts'
import type { ChangeList } from '../model/event.ts'
import type { Prepared, Receipt } from '../model/delivery.ts'
import type { Log } from '../model/ports.ts'
import { Changes } from '../feed/append.ts'
import { accountById } from '../store/accounts.ts'
import { accountsWithWork, askAgain, becomeUncertain, claim, fail, finish, getDispatch, hasten, isSetBack, leftSending, nextDue, nextTime, nextUncertain, requeue, takenByOther } from '../store/dispatches.ts'
import type { Dispatch } from '../store/dispatches.ts'
import type { Store } from '../store/store.ts'
import type { Writer } from '../store/tx.ts'
import { failureOf, isLineFailure } from './failure.ts'
import type { Failure } from './failure.ts'
import { operationOf } from './operation.ts'

export type DelivererDeps = {
  store: Store
  wakeup: { notify(userId: number): void }
  clock: { now(): number }
  log: Log
  random(): number
  /** The account's open session; null while there is none: then its messages wait. */
  session(accountId: number): Session | null
  /** Where a blob lies. */
  path(digest: Uint8Array): string
  /** The network refuses to send until the user logs in again. */
  loginNeeded?(accountId: number, error: { code: string, text: string }): void
  /** An operation that has not answered after so long is uncertain (ms). */
  performMs?: number
  /** How long stop() waits (ms). */
  stopMs?: number
}

export type Deliverer = {
  /** What a crash left half sent becomes uncertain; then everything that waits is looked at. */
  start(): Promise<void>
  /** Something may be due on this account (on all, without one): called after accepting, and when a session has opened. */
  wake(accountId?: number): void
  /** Waits (five seconds) for what is being sent; what then still runs becomes uncertain at the next start. */
  stop(): Promise<void>
}

const retryBaseMs = 15_000
const retryMaxMs = 60 * 60_000
/** However long a line was bad: within about a minute of its being good again what waits goes out. */
const lineRetryMaxMs = 60_000
/** Given up only after both, so that a retry by the user, days later, gets its own tries. */
const giveUpMs = 5 * 24 * 60 * 60_000
const giveUpTries = 20
/** When an uncertain one is asked about (ms after the last time). A network may list late what it took: "not there" counts from the second answer on. */
const askMs = [30_000, 120_000, 600_000, 3_600_000]
/** Nothing waits longer than this for the clock. */
const mostWaitMs = retryMaxMs + 60_000
const rewriteMs = 1_000

/**
 * Sends what is queued: one operation at a time for each account, in order; accounts side by side. Before anything leaves,
 * its bytes and ids are stored; nothing is repeated unless it is certain that it did not go, or the user says so.
 */
export function deliverer(deps: DelivererDeps): Deliverer {
  const { store, wakeup, clock, log, random, session, path, performMs = 10 * 60_000, stopMs = 5_000 } = deps
  const running = new Map<number, Promise<void>>()
  const again = new Set<number>()
  const timers = new Map<number, NodeJS.Timeout>()
  /** Sessions that want a new login: nothing is tried on them again. */
  const held = new WeakSet<Session>()
  /** How often an uncertain dispatch was asked about since the start. */
  const asked = new Map<number, number>()
  /** Still running although over its time: the network's answer to find() would be too early. */
  const hanging = new Set<number>()
  let stopping = false
  let over = false

  async function change<T>(dispatch: Dispatch, fn: (tx: Writer, changes: ChangeList, now: number) => T): Promise<T | null> {
    // After stop() the row stays "sending", and the next start asks the network.
    if (over) return null
    const result = await store.hot((tx) => {
      const changes = new Changes(dispatch.userId)
      const now = clock.now()
      const done = fn(tx, changes, now)
      if (!changes.empty) changes.append(tx, now)
      return done
    })
    wakeup.notify(dispatch.userId)
    return result
  }

  function wake(accountId?: number): void {
    if (stopping) return
    if (accountId === undefined) return void wakeAll().catch((error: unknown) => log.error({ error: String(error) }, 'what waits to be sent could not be read'))
    if (running.has(accountId)) return void again.add(accountId)
    const loop = work(accountId)
      .catch((error: unknown) => {
        log.error({ accountId, error: error instanceof Error ? error.message : String(error) }, 'sending stopped for a moment')
        if (!stopping) alarm(accountId, 5_000)
      })
      .finally(() => {
        running.delete(accountId)
        if (again.delete(accountId)) wake(accountId)
      })
    running.set(accountId, loop)
  }

  async function wakeAll(): Promise<void> {
    for (const accountId of await store.read(accountsWithWork)) wake(accountId)
  }

  function alarm(accountId: number, ms: number): void {
    clearTimeout(timers.get(accountId))
    timers.set(accountId, setTimeout(() => wake(accountId), Math.max(0, Math.min(ms, 60_000))).unref())
  }

  async function work(accountId: number): Promise<void> {
    while (!stopping) {
      const open = session(accountId)
      if (!open) return await dropRemoved(accountId)
      const now = clock.now()
      const [queued, uncertain, next, setBack] = await store.read((tx) => [nextDue(tx, accountId, now), nextUncertain(tx, accountId, now, waitingForUser(open)), nextTime(tx, accountId, now), isSetBack(tx, accountId, now, mostWaitMs)] as const)
      if (uncertain && open.find) await ask(uncertain, open.find.bind(open))
      else if (queued && !held.has(open)) await send(queued, open)
      else if (setBack) await store.hot((tx) => hasten(tx, accountId, now, mostWaitMs))
      else return next === null ? undefined : alarm(accountId, next - now)
    }
  }

  /** What waits for an account that is gone for good fails, with what to do; any other account only has no session just now. */
  async function dropRemoved(accountId: number): Promise<void> {
    while (!stopping) {
      const left = await store.read((tx) => accountById(tx, accountId) ? undefined : nextDue(tx, accountId, Number.MAX_SAFE_INTEGER))
      if (!left) return
      await change(left, (tx, changes, now) => fail(tx, changes, left, { code: 'account-removed', text: 'The account that this was to go out by was removed. Send it again by another one.' }, now))
    }
  }

  /** Uncertain ones that asking again will not settle. */
  function waitingForUser(open: Session): ReadonlySet<number> {
    return new Set([...hanging, ...(open.find ? [...asked].filter(([, times]) => times > askMs.length).map(([id]) => id) : [])])
  }

  async function send(dispatch: Dispatch, open: Session): Promise<void> {
    let prepared: Prepared
    try {
      prepared = dispatch.prepared ?? await open.prepare(await store.read((tx) => operationOf(tx, dispatch, path)))
    } catch (error) {
      note(dispatch, error, 'a message could not be prepared')
      return await notSent(dispatch, open, failureOf(error), 'queued')
    }
    if (stopping || !await change(dispatch, (tx, changes, now) => claim(tx, changes, dispatch, prepared, now))) return
    asked.delete(dispatch.id)
    // The row has moved: what follows counts this try.
    const claimed = { ...dispatch, tries: dispatch.tries + 1, prepared }
    const outcome = await perform(claimed, open, prepared)
    await persist(() => {
      if ('receipt' in outcome) return change(claimed, (tx, changes, now) => finish(tx, changes, claimed, outcome.receipt, now))
      if (outcome.failure.certain) return notSent(claimed, open, outcome.failure, 'sending')
      return change(claimed, (tx, changes, now) => becomeUncertain(tx, changes, claimed, { code: outcome.failure.code, text: outcome.failure.text }, now, now))
    })
  }

  /** What the network has said must be written, or the row would stay "sending": a full disk is waited for. */
  async function persist(write: () => Promise<unknown>): Promise<void> {
    while (!over) {
      try {
        return void await write()
      } catch (error) {
        log.error({ error: error instanceof Error ? error.message : String(error) }, 'the outcome of sending could not be stored; trying again')
        if (stopping) return
        await new Promise((end) => setTimeout(end, rewriteMs).unref())
      }
    }
  }

  async function perform(dispatch: Dispatch, open: Session, prepared: Prepared): Promise<{ receipt: Receipt } | { failure: Failure }> {
    let timer: NodeJS.Timeout | undefined
    const answer = open.perform(prepared).then(
      (receipt) => ({ receipt }),
      (error: unknown) => {
        note(dispatch, error, 'a message could not be sent')
        return { failure: failureOf(error) }
      }
    )
    const late = new Promise<{ failure: Failure }>((settled) => {
      timer = setTimeout(() => {
        hanging.add(dispatch.id)
        answer.then(async (outcome) => {
          hanging.delete(dispatch.id)
          if ('receipt' in outcome) await persist(() => change(dispatch, (tx, changes, now) => finish(tx, changes, dispatch, outcome.receipt, now)))
          wake(dispatch.accountId)
        })
        settled({ failure: { retry: 'later', certain: false, code: 'timeout', text: 'The network has not answered. It is not known whether this message arrived.' } })
      }, performMs).unref()
    })
    const outcome = await Promise.race([answer, late])
    clearTimeout(timer)
    return outcome
  }

  /** It certainly did not go. `from`: where the dispatch stands. */
  async function notSent(dispatch: Dispatch, open: Session, failure: Failure, from: 'queued' | 'sending'): Promise<void> {
    const { retry, code, text } = failure
    const error = { code, text }
    const mostMs = isLineFailure(failure) ? lineRetryMaxMs : retryMaxMs
    if (retry === 'never') return void await change(dispatch, (tx, changes, now) => stands(tx, dispatch, from) && fail(tx, changes, dispatch, error, now))
    if (retry === 'after-login') {
      held.add(open)
      deps.loginNeeded?.(dispatch.accountId, error)
      return void await change(dispatch, (tx, changes, now) => requeue(tx, changes, dispatch, { from: [from], error, nextAt: now, now }))
    }
    await change(dispatch, (tx, changes, now) => {
      if (!stands(tx, dispatch, from)) return
      if (dispatch.tries >= giveUpTries && now - dispatch.createdAt > giveUpMs) {
        return fail(tx, changes, dispatch, { code: 'gave-up', text: `It could not be sent within five days. The last answer was: ${text}` }, now)
      }
      requeue(tx, changes, dispatch, { from: [from], error, nextAt: now + 1_000 + Math.floor(random() * Math.min(mostMs, retryBaseMs * 2 ** Math.min(dispatch.tries, 20))), now })
    })
  }

  /** Asks the network whether it has one that may have gone. */
  async function ask(dispatch: Dispatch, find: (prepared: Prepared) => Promise<Receipt | null>): Promise<void> {
    const times = asked.get(dispatch.id) ?? 0
    asked.set(dispatch.id, times + 1)
    let receipt: Receipt | null | undefined
    try {
      if (dispatch.prepared) receipt = await find(dispatch.prepared)
    } catch (error) {
      note(dispatch, error, 'the network could not be asked about a message')
    }
    await change(dispatch, (tx, changes, now) => {
      // What belongs to another one tells nothing about this one.
      if (receipt?.remoteId !== undefined && takenByOther(tx, dispatch, receipt.remoteId)) receipt = undefined
      if (receipt) finish(tx, changes, dispatch, receipt, now)
      else if (receipt === null && times > 0) requeue(tx, changes, dispatch, { from: ['uncertain'], error: null, nextAt: now, now })
      else askAgain(tx, dispatch.id, now + (askMs[times] ?? 0))
    })
    if (receipt || (receipt === null && times > 0)) asked.delete(dispatch.id)
  }

  function note(dispatch: Dispatch, error: unknown, message: string): void {
    const { code, retry, certain } = failureOf(error)
    // Frames only: the first line of an unknown error may hold a secret.
    const stack = code === 'internal' && error instanceof Error ? error.stack?.split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 8) : undefined
    log.warn({ accountId: dispatch.accountId, dispatch: dispatch.id, code, retry, certain, ...(stack ? { name: (error as Error).name, stack } : {}) }, message)
  }

  return {
    wake,
    async start() {
      for (const dispatch of await store.read(leftSending)) {
        await change(dispatch, (tx, changes, now) => becomeUncertain(tx, changes, dispatch, { code: 'interrupted', text: 'Kinbox was interrupted while it sent this. It is not known whether it arrived.' }, now, now))
      }
      await wakeAll()
    },
    async stop() {
      stopping = true
      for (const timer of timers.values()) clearTimeout(timer)
      let timer: NodeJS.Timeout | undefined
      await Promise.race([Promise.allSettled(running.values()), new Promise((end) => { timer = setTimeout(end, stopMs) })])
      clearTimeout(timer)
      over = true
    }
  }
}

function stands(tx: Writer, { id }: Dispatch, state: Dispatch['state']): boolean {
  return getDispatch(tx, id)?.state === state
}
