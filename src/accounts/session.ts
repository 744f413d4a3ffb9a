import type { Account, Address, Arrival, Clock, Connector, Ephemeral, Log, ReceiveAt, Resolver, Session } from '../connector.ts'
import type { AccountRef } from '../inbound/account.ts'
import type { Receive } from '../inbound/receive.ts'
import type { AccountRow } from '../store/accounts.ts'

export type Opening = {
  connector: Connector
  account: AccountRow
  settings: unknown
  receive: Receive
  signal(ephemeral: Ephemeral): void
  mayTell(address: Address): Promise<boolean>
  progress(progress: { done: number, total: number }): void
  webhookUrl: string | null
  dns: Resolver
  clock: Clock
  log: Log
  openMs: number
  /** Aborted when the account is closed, or at the end of this session. */
  stopping: AbortController
}

export type Opened = {
  session: Session
  /** Ends it: aborts `stopping`, refuses what it still hands over, closes. Resolves when it is closed, or after `ms`. */
  end(ms: number): Promise<void>
}

/** A session did not open in the time it had. */
export class OpenTimeout extends Error {
  readonly retry = 'later'
  readonly certain = true
  readonly code = 'timeout'

  constructor(ms: number) {
    super(`The server of this account has not answered for ${Math.round(ms / 1000)} seconds. It is tried again.`)
    this.name = 'ConnectorError'
  }
}

/**
 * Opens one session of an account, bounded in time. What a session hands over after its end is refused: its successor
 * starts from the cursors, so nothing is lost, and an old one cannot move them.
 */
export async function openSession({ connector, account, settings, receive, signal, mayTell, progress, webhookUrl, dns, clock, log, openMs, stopping }: Opening): Promise<Opened> {
  const ref = refOf(connector, account, settings)
  const face: Account<unknown> = {
    id: String(account.id),
    settings,
    cursors: account.cursors,
    async receive(batch: Arrival[], at: ReceiveAt) {
      if (stopping.signal.aborted) throw new Error('this session has ended')
      await receive(ref, batch, at)
      if (at.progress) progress(at.progress)
    },
    signal(ephemeral) {
      if (!stopping.signal.aborted) signal(ephemeral)
    },
    mayTell,
    webhookUrl,
    dns,
    stopping: stopping.signal,
    log,
    clock
  }
  const opening = connector.open(face)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new OpenTimeout(openMs)), openMs)
    stopping.signal.addEventListener('abort', () => reject(new Error('closed while it was opened')), { once: true })
  })
  // After a session has opened nobody waits for this any more.
  late.catch(() => undefined)
  try {
    const session = await Promise.race([opening, late])
    // Somebody always listens: a rejection that nobody hears would end the process.
    session.closed.catch(() => undefined)
    return { session, end: (ms) => endSession(session, stopping, ms) }
  } catch (error) {
    stopping.abort()
    // One that opens after its time is closed again.
    opening.then((session) => endSession(session, stopping, openMs), () => undefined)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

async function endSession(session: Session, stopping: AbortController, ms: number): Promise<void> {
  stopping.abort()
  session.closed.catch(() => undefined)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((end) => { timer = setTimeout(end, ms) })
  try {
    await Promise.race([session.close(), late])
  } catch {
    // It is over either way; why it would not close does not matter any more.
  } finally {
    clearTimeout(timer)
  }
}

/** What receiving needs to know of an account; what parsing may know comes from its settings. */
export function refOf(connector: Connector, { id, userId, kind, createdAt }: AccountRow, settings: unknown): AccountRef {
  const { region = null, authserv = null, sealers = [] } = connector.context?.(settings) ?? {}
  const own = connector.own(settings).map(({ kind, address }) => ({ kind, address: connector.canonical(kind, address, { region }) ?? address }))
  return { id, userId, kind, channel: connector.channel, since: createdAt, context: { own, region, authserv, ...sealers.length ? { sealers } : {} } }
}
