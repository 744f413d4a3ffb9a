import { createHash } from 'node:crypto'
import { ConnectorError } from '#connector'
import type { Account, MarkOperation, Operation, Prepared, Receipt, Session } from '#connector'
import { historyLane } from './backfill.ts'
import { Bell } from './bell.ts'
import { freezeMail } from './compose.ts'
import type { FrozenMail } from './compose.ts'
import { readHistory, readLive } from './cursor.ts'
import { usualLimits } from './fetch.ts'
import type { Limits } from './fetch.ts'
import { findFolders } from './folders.ts'
import { openLine, stopped } from './line.ts'
import type { Line } from './line.ts'
import { listen } from './listen.ts'
import { liveLane } from './live.ts'
import { mark } from './mark.ts'
import { copyToSent, findSent } from './sent-folder.ts'
import type { EmailSettings } from './settings.ts'
import { submit } from './submit.ts'
import { usualTiming } from './timing.ts'
import type { Timing } from './timing.ts'

/**
 * Opens a mailbox: one line that reads and marks, one that listens (IDLE), one for the backfill while it lasts; sending
 * connects for each mail. Resolves once the login succeeded and the folders are known; throws ConnectorError with words for the user.
 */
export async function openSession(account: Account<EmailSettings>, timing: Timing = usualTiming, limits: Limits = usualLimits): Promise<Session> {
  const { settings, log, clock } = account
  const stop = new AbortController()
  const signal = stop.signal
  let settle: { resolve(): void, reject(error: unknown): void } = { resolve() {}, reject() {} }
  const closed = new Promise<void>((resolve, reject) => { settle = { resolve, reject } })
  closed.catch(() => {})
  const fail = (error: unknown) => {
    if (signal.aborted) return
    account.stopping.removeEventListener('abort', end)
    stop.abort()
    settle.reject(error instanceof ConnectorError ? error : new ConnectorError('broken', 'Reading this mailbox stopped on an error of Kinbox itself. It starts again; the log has more.', { retry: 'later', cause: error }))
  }
  const end = () => {
    stop.abort()
    settle.resolve()
  }
  account.stopping.addEventListener('abort', end, { once: true })
  if (account.stopping.aborted) {
    end()
    throw stopped()
  }

  const vanished = new Set<number>()
  let hand: Line
  let folders
  try {
    hand = await openLine(settings, timing, log, signal, { lost: fail, expunged: (_path, uid) => vanished.add(uid) })
    folders = await hand.run((client) => findFolders(client, settings.folders ?? [], log))
  } catch (error) {
    account.stopping.removeEventListener('abort', end)
    stop.abort()
    throw error instanceof ConnectorError ? error : new ConnectorError('no-folders', 'The mail server does not list its folders. Kinbox keeps trying; if it stays so, ask your provider.', { retry: 'later', cause: error })
  }
  // Where this extension is, the provider files what goes out through it by itself.
  const copies = settings.copyToSent ?? !hand.client.capabilities.has('X-GM-EXT-1')

  const bell = new Bell()
  const historyBell = new Bell()
  const live = readLive(account.cursors.live)
  const poll = setInterval(() => bell.ring('poll'), timing.poll)
  signal.addEventListener('abort', () => clearInterval(poll), { once: true })
  const found = folders
  const inbox = found.read.find((folder) => folder.role === 'inbox')!.path
  const extra = (changed?: (what: 'mail' | 'flags') => void) => openLine(settings, timing, log, signal, { lost() {}, ...(changed ? { changed } : {}) })

  const lanes = [
    liveLane({ account, line: hand, folders: found.read, cursor: live, bell, limits, flagsEvery: timing.flags, vanished, moved: () => historyBell.ring('moved'), signal }),
    listen({ connect: extra, inbox, bell, timing, log, signal }),
    historyLane({ account, connect: () => extra(), folders: found.read, live, stored: readHistory(account.cursors.history), limits, retry: timing.historyRetry, bell: historyBell, signal })
  ]
  for (const lane of lanes) lane.catch(fail)
  const filing = new Set<Promise<void>>()

  const session: Session = {
    async prepare(op: Operation): Promise<Prepared> {
      if (op.type === 'send') return await freezeMail(op)
      const data: MarkOperation = op
      return { type: 'mark', attempt: createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 32), data }
    },
    async perform(prepared: Prepared): Promise<Receipt> {
      if (signal.aborted) throw stopped()
      if (prepared.type === 'mark') return await mark(hand, prepared.data as MarkOperation)
      const mail = prepared.data as FrozenMail
      const receipt = await submit(settings, mail, timing, signal)
      if (copies) {
        // Not awaited: the mail is out, and the receipt must be stored before anything else can fail.
        const copy = copyToSent(hand, found, mail, clock.now()).then((filed) => {
          if (!filed) log.warn({}, 'the mailbox has no Sent folder; the copy of a sent mail was not filed')
          else bell.ring('poll')
        }, (error: unknown) => {
          log.warn({ error: error instanceof ConnectorError ? error.code : 'refused' }, 'the copy of a sent mail could not be filed')
        }).finally(() => filing.delete(copy))
        filing.add(copy)
      }
      return receipt
    },
    async close(): Promise<void> {
      account.stopping.removeEventListener('abort', end)
      if (!signal.aborted && filing.size > 0) {
        let timer: NodeJS.Timeout | undefined
        await Promise.race([Promise.all(filing), new Promise((resolve) => { timer = setTimeout(resolve, 500) })])
        clearTimeout(timer)
      }
      end()
    },
    closed
  }
  if (!copies) {
    session.find = async (prepared) => {
      if (signal.aborted) throw stopped()
      return prepared.messageId === undefined ? null : await findSent(hand, found, prepared.messageId)
    }
  }
  return session
}
