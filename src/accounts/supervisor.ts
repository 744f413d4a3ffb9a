import type { Clock, Connector, Ephemeral, Log, Resolver, Session, WebhookAnswer, WebhookRequest } from '../connector.ts'
import type { AccountRef } from '../inbound/account.ts'
import type { Receive } from '../inbound/receive.ts'
import { accountById, accountSettings, allAccounts, setAccountStatus } from '../store/accounts.ts'
import type { AccountError, AccountRow, AccountStatus } from '../store/accounts.ts'
import { isBlocked } from '../inbound/folded.ts'
import { recordChange } from '../store/events.ts'
import { aliveAt, endGap, gapsOf, noteAlive, openGap } from '../store/gaps.ts'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import type { Reader } from '../store/tx.ts'
import { backoff } from './backoff.ts'
import type { Backoff } from './backoff.ts'
import { traceOf, troubleOf } from './failure.ts'
import { openSession } from './session.ts'
import type { Opened } from './session.ts'

export type { AccountRef, Receive }

export type SupervisorDeps = {
  store: Store
  seal: Seal
  wakeup: { notify(userId: number): void }
  clock: Clock
  log: Log
  random(): number
  connector(kind: string): Promise<Connector>
  dns: Resolver
  receive: Receive
  /** The full URL under which a hook is reached; null where no public URL is configured. */
  webhookUrl(hook: string): string | null
  /** Typing and presence from the network, and how far a backfill is: not stored, may be dropped. */
  signal?(userId: number, accountId: number, signal: Ephemeral | { type: 'progress', done: number, total: number }): void
  /** A session has opened: what waited for it can go out. */
  live?(accountId: number, userId: number): void
  /** A session is over: what it told of now is not known any more. */
  over?(accountId: number, userId: number): void
  openMs?: number
  retryBaseMs?: number
  /** However long a provider was away: within a minute of its return the account is connected. */
  retryMaxMs?: number
  /** A session that has lasted so long starts the back-off anew when it is lost. */
  stableMs?: number
}

export type Supervisor = {
  /** Opens every account that is not stopped. Resolves when they are on their way: none waits for another. */
  start(): Promise<void>
  /** Opens an account, or opens it again with what its settings are now. Resolves after the first try; how that went is in `health`. */
  open(accountId: number): Promise<void>
  /** Ends its session and forgets the account: before it is removed. */
  close(accountId: number): Promise<void>
  session(accountId: number): Session | null
  health(accountId: number): { status: AccountStatus, error: AccountError | null } | null
  /** Marks an account whose network takes nothing more until the user logs in again; its session goes on receiving. */
  loginNeeded(accountId: number, error: AccountError): Promise<void>
  /** Null: no account has that hook (404). */
  webhook(hook: string, request: WebhookRequest): Promise<WebhookAnswer | null>
  /** Ends all sessions side by side, in at most four seconds. */
  stop(): Promise<void>
}

/** An account that is watched. `turn` rises at each open and close: what belongs to an earlier one changes nothing any more. */
type Watched = { id: number, userId: number, hook: string, turn: number, status: AccountStatus, error: AccountError | null, opened: Opened | null, openedAt: number, stopping: AbortController | null, delays: Backoff, timer: NodeJS.Timeout | null }

const aliveMs = 60_000
const endMs = 3_000
const stopMs = 4_000
const webhookMs = 25_000

/** Keeps a session open for each account: opens, watches, and opens a fresh one when it is lost. */
export function supervisor(deps: SupervisorDeps): Supervisor {
  const { store, seal, wakeup, clock, log, random, openMs = 60_000, retryBaseMs = 2_000, retryMaxMs = 30_000, stableMs = 60_000 } = deps
  const watched = new Map<number, Watched>()
  const at = { store, clock, notify: (userId: number) => wakeup.notify(userId) }
  let heartbeat: NodeJS.Timeout | null = null
  let stopping = false

  /** Status and gap in one transaction. `gap`: 'open' since a time, or 'end'. */
  async function tell(account: Watched, status: AccountStatus, error: AccountError | null, gap?: { since: number } | 'end'): Promise<void> {
    Object.assign(account, { status, error })
    try {
      await recordChange(at, account.userId, async (_em, tx, changes) => {
        setAccountStatus(tx, changes, account.id, status, error)
        if (gap === 'end') endGap(tx, changes, account.id, clock.now())
        else if (gap) openGap(tx, changes, account.id, gap.since)
      })
    } catch (failure) {
      // A full disk must not end the watch; the next change tells it.
      log.error({ accountId: account.id, error: failure instanceof Error ? failure.message : String(failure) }, 'the status of an account could not be stored')
    }
  }

  async function connect(account: Watched, turn: number): Promise<void> {
    const current = () => account.turn === turn && !stopping
    try {
      const row = await store.read((tx) => accountById(tx, account.id))
      if (!row || !current()) return
      const connector = await deps.connector(row.kind)
      const settings = await store.read((tx) => accountSettings<unknown>(tx, seal, row.id))
      if (!current()) return
      const aborted = account.stopping = new AbortController()
      const opened = await openSession({
        stopping: aborted, connector, account: row, settings, receive: deps.receive, clock, log, openMs, webhookUrl: deps.webhookUrl(row.hook), dns: deps.dns,
        mayTell: (address) => store.read((tx) => !isBlocked(tx, row.userId, address)),
        signal: (ephemeral) => deps.signal?.(row.userId, row.id, ephemeral),
        progress: (progress) => deps.signal?.(row.userId, row.id, { type: 'progress', ...progress })
      })
      if (!current()) return await opened.end(endMs)
      Object.assign(account, { opened, openedAt: clock.now() })
      opened.session.closed.then(() => lost(account, turn, null), (error: unknown) => lost(account, turn, error))
      await tell(account, 'live', null, 'end')
      if (current() && account.opened) deps.live?.(account.id, account.userId)
    } catch (error) {
      if (current()) await failed(account, turn, error)
    }
  }

  /** `error` null: it closed by itself without a reason. */
  async function lost(account: Watched, turn: number, error: unknown): Promise<void> {
    if (account.turn !== turn || stopping) return
    const { opened } = account
    account.opened = null
    deps.over?.(account.id, account.userId)
    if (clock.now() - account.openedAt >= stableMs) account.delays.reset()
    // First of all it is cut off: its successor must not meet what it still hands over.
    const ended = opened?.end(endMs)
    await failed(account, turn, error, { since: clock.now() })
    await ended
  }

  async function failed(account: Watched, turn: number, thrown: unknown, gap?: { since: number }): Promise<void> {
    const trouble = troubleOf(thrown)
    const error = thrown !== null ? trouble.error : { code: 'closed', text: 'The connection was closed. It is opened again.' }
    log.warn({ accountId: account.id, code: error.code, retry: trouble.retry, ...traceOf(thrown) }, 'an account is not connected')
    if (trouble.retry === 'later') {
      account.timer = setTimeout(() => {
        account.timer = null
        if (account.turn === turn && !stopping) void connect(account, turn)
      }, account.delays.next() + 100).unref()
      return await tell(account, 'retrying', error, gap)
    }
    // Trying again without the user would only lock the account at its provider.
    await tell(account, trouble.retry === 'after-login' ? 'login-needed' : 'stopped', error, gap)
  }

  async function end(account: Watched): Promise<void> {
    account.turn++
    if (account.timer) clearTimeout(account.timer)
    account.timer = null
    account.stopping?.abort()
    const { opened } = account
    account.opened = null
    if (opened) deps.over?.(account.id, account.userId)
    await opened?.end(endMs)
  }

  function watch({ id, userId, hook, status, error }: AccountRow): Watched {
    const known = watched.get(id)
    if (known) return known
    const account: Watched = { id, userId, hook, status, error, turn: 0, opened: null, openedAt: 0, stopping: null, timer: null, delays: backoff({ baseMs: retryBaseMs, maxMs: retryMaxMs, random }) }
    watched.set(id, account)
    return account
  }

  async function open(accountId: number): Promise<void> {
    const row = await store.read((tx) => accountById(tx, accountId))
    if (!row || stopping) return
    const account = watch(row)
    const was = account.opened !== null
    await end(account)
    account.delays.reset()
    const turn = account.turn
    await tell(account, 'connecting', null, was ? { since: clock.now() } : undefined)
    if (account.turn === turn) await connect(account, turn)
  }

  async function start(): Promise<void> {
    const { accounts, alive } = await store.read((tx) => ({ alive: aliveAt(tx), accounts: allAccounts(tx).map((row) => ({ row, heard: hasBeenLive(tx, row) })) }))
    const now = clock.now()
    const told = accounts.map(async ({ row, heard }) => {
      const account = watch(row)
      if (row.status === 'stopped') return
      // Deaf since the process was last known to live, however it ended.
      const gap = heard && alive !== null ? { since: Math.min(now, Math.max(alive, row.createdAt)) } : undefined
      const { turn } = account
      await tell(account, 'connecting', null, gap)
      if (account.turn === turn) void connect(account, turn)
    })
    await Promise.all(told)
    // Only after the gaps are noted: a crash in between must not shorten them.
    await beat()
    if (!stopping) heartbeat = setInterval(() => void beat(), aliveMs).unref()
  }

  async function beat(): Promise<void> {
    await store.hot((tx) => noteAlive(tx, clock.now()), 'bulk').catch((error: unknown) => log.warn({ error: error instanceof Error ? error.message : String(error) }, 'the heartbeat could not be stored'))
  }

  return {
    start,
    open,
    async close(accountId) {
      const account = watched.get(accountId)
      watched.delete(accountId)
      if (account) await end(account)
    },
    session: (accountId) => watched.get(accountId)?.opened?.session ?? null,
    health(accountId) {
      const account = watched.get(accountId)
      return account ? { status: account.status, error: account.error } : null
    },
    async loginNeeded(accountId, error) {
      const account = watched.get(accountId)
      if (account?.opened) await tell(account, 'login-needed', error)
    },
    async webhook(hook, request) {
      const account = [...watched.values()].find((one) => one.hook === hook)
      if (!account) return null
      if (!account.opened) return { status: 503, headers: { 'retry-after': '30' } }
      return await answer(account, account.opened.session, request)
    },
    async stop() {
      stopping = true
      if (heartbeat) clearInterval(heartbeat)
      let timer: NodeJS.Timeout | undefined
      const late = new Promise((over) => { timer = setTimeout(over, stopMs) })
      await Promise.race([Promise.allSettled([...watched.values()].map(end)), late])
      clearTimeout(timer)
      if (heartbeat) await beat()
    }
  }

  async function answer(account: Watched, session: Session, request: WebhookRequest): Promise<WebhookAnswer | null> {
    if (!session.webhook) return null
    let timer: NodeJS.Timeout | undefined
    // The network repeats what is not acknowledged in time.
    const late = new Promise<WebhookAnswer>((over) => { timer = setTimeout(() => over({ status: 503 }), webhookMs) })
    try {
      return await Promise.race([session.webhook(request), late])
    } catch (error) {
      log.warn({ accountId: account.id, code: troubleOf(error).error.code, ...traceOf(error) }, 'a webhook call failed')
      return { status: 500 }
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Whether the account was connected before, so that there is something it can have missed. */
function hasBeenLive(tx: Reader, { id, status, cursors }: AccountRow): boolean {
  return status === 'live' || cursors.live !== null || gapsOf(tx, id, 1).length > 0
}
