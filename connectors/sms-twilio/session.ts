import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectorError, type Account, type Arrival, type Session } from '#connector'
import { connect } from './client.ts'
import { backfill, type HistoryCursor } from './history.ts'
import { ledger } from './ledger.ts'
import { beginLive, pollOnce, type LiveCursor } from './live.ts'
import { find, perform, prepare } from './send.ts'
import type { Settings } from './settings.ts'
import { answerWebhook } from './webhook.ts'
import { explain } from './words.ts'

/** How often in a row Twilio may fail before the session gives up and leaves the waiting to the supervisor. */
const patience = 3

/**
 * Connects: checks the token and that the number belongs to the account, then polls, fetches history and answers webhooks until closed.
 * Throws a ConnectorError where Twilio says no.
 */
export async function openSession(given: Account<Settings>): Promise<Session> {
  const account: Account<Settings> = { ...given, receive: (batch, at) => given.receive(batch, at).catch(() => { throw new ConnectorError('not-stored', 'Messages came that could not be stored. Kinbox fetches them again.', { retry: 'later' }) }) }
  const { settings, clock, log } = account
  const closing = new AbortController()
  const signal = AbortSignal.any([account.stopping, closing.signal])
  const client = connect(settings, signal)
  const known = ledger()
  const handed = new Map<string, number>()
  const owned = await client.incomingPhoneNumbers.list({ phoneNumber: settings.number, limit: 1 }).catch((error: unknown) => { throw explain(error, false) })
  if (owned.length === 0) throw new ConnectorError('21659', `The number ${settings.number} does not belong to this Twilio account. Correct the number, or buy it in the Twilio console.`, { retry: 'after-login' })
  const called = account.webhookUrl !== null && owned[0]!.smsUrl === account.webhookUrl
  if (account.webhookUrl !== null && !called) log.info({}, 'the messaging webhook of the number does not point to Kinbox: messages come by polling')
  const pollMs = (settings.pollSeconds ?? (called ? 300 : 30)) * 1000

  const closed = Promise.withResolvers<void>()
  closed.promise.catch(() => {})
  const stop = (error?: ConnectorError): void => {
    if (error && !signal.aborted) closed.reject(error)
    closing.abort()
  }
  /** Repeats what failed for now, and gives up with a reason. Resolves when stopped. */
  const persist = async (work: () => Promise<void>): Promise<void> => {
    for (let failures = 0; !signal.aborted;) {
      try {
        await work()
        return
      } catch (error) {
        if (signal.aborted) return
        const explained = explain(error, false)
        if (explained.retry === 'after-login' || ++failures >= patience) return stop(explained)
        log.warn({ code: explained.code, failures }, explained.message)
        await sleep(Math.min(pollMs, 1000 * 2 ** failures), undefined, { signal }).catch(() => {})
      }
    }
  }

  let cursor: LiveCursor = account.cursors.live === null ? beginLive(clock.now()) : JSON.parse(account.cursors.live) as LiveCursor
  const live = (async () => {
    while (!signal.aborted) {
      await persist(async () => {
        cursor = await pollOnce(client, account, known, cursor, handed, signal)
      })
      await sleep(pollMs, undefined, { signal }).catch(() => {})
    }
  })()
  let past: HistoryCursor = account.cursors.history === null ? { start: cursor.floor, before: cursor.floor, count: 0, done: false } : JSON.parse(account.cursors.history) as HistoryCursor
  const history = persist(async () => {
    if (!past.done) await backfill(client, account, past, signal, next => { past = next })
  })
  /** Arrivals that perform() and find() learn of: they may not call receive themselves, since receive may wait for what they hold. */
  const aside = (arrival: Arrival): void => {
    setImmediate(() => {
      if (!signal.aborted) account.receive([arrival], { lane: 'live' }).catch((error: unknown) => log.warn({ reason: error instanceof Error ? error.message : 'unknown' }, 'what Twilio said beside an answer could not be stored'))
    })
  }
  const ended = Promise.allSettled([live, history]).then(() => closed.resolve())
  account.stopping.addEventListener('abort', () => stop(), { once: true })

  return {
    closed: closed.promise,
    async prepare(op) {
      return prepare(op, settings, account.webhookUrl)
    },
    async perform(prepared) {
      try {
        return await perform(client, prepared, known, clock.now())
      } catch (error) {
        if (error instanceof ConnectorError && error.code === '21610') {
          const { to, from } = prepared.data as { to: string, from: string }
          aside({ at: clock.now(), incoming: { type: 'reachability', own: { kind: 'phone', address: from }, peer: { kind: 'phone', address: to }, reachable: false, reason: error.message } })
        }
        throw error
      }
    },
    find: prepared => find(client, prepared, known, clock.now(), incoming => aside({ at: clock.now(), incoming })),
    webhook: request => answerWebhook(request, account, known, signal, {
      cursorWith: (sid, at) => JSON.stringify({ ...cursor, seen: { ...cursor.seen, ...Object.fromEntries([...handed, [sid, at] as const].map(([one, when]) => [one, [when, 'received']])) } }),
      stored: (sid, at) => handed.set(sid, at)
    }),
    async close() {
      stop()
      await ended
    }
  }
}
