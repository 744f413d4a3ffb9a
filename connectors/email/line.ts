import { ImapFlow } from 'imapflow'
import type { MailboxObject } from 'imapflow'
import { ConnectorError } from '#connector'
import type { Log } from '#connector'
import { connectFailure } from './failure.ts'
import { refuseClear, tlsOptions } from './trust-store.ts'
import type { EmailSettings } from './settings.ts'
import type { Timing } from './timing.ts'

/** One logged-in connection to the mailbox. Its tasks run one at a time; a line that broke is never used again. */
export type Line = {
  readonly client: ImapFlow
  /** Runs `task` when the line is free. Any failure of the line itself is a ConnectorError that says 'later'. `longer` (ms) is added to the silence allowed. */
  run<T>(task: (client: ImapFlow) => Promise<T>, longer?: number): Promise<T>
  /** The same with the folder open and its numbers fresh. Read-only unless `write`. */
  inFolder<T>(path: string, task: (client: ImapFlow, box: MailboxObject) => Promise<T>, write?: boolean, longer?: number): Promise<T>
  close(): void
}

/** The server said NO to one command; the line itself is sound. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && ['NO', 'BAD'].includes((error as Error & { responseStatus?: string }).responseStatus ?? '')
}

/**
 * Connects, encrypts and logs in. `lost` is called once when the line breaks afterwards without our doing.
 * `expunged` hears the UIDs that the server reports as gone since a mod-sequence (QRESYNC, RFC 7162 section 3.2.6).
 * Throws ConnectorError with words for the user.
 */
export async function openLine(settings: EmailSettings, timing: Timing, log: Log, signal: AbortSignal, hooks: {
  lost(error: ConnectorError): void
  expunged?(path: string, uid: number): void
  /** Something in the open folder changed without our asking. */
  changed?(what: 'mail' | 'flags'): void
}): Promise<Line> {
  const server = settings.imap
  const secrets = [settings.password, settings.accessToken]
  refuseClear(server, 'The incoming mail server')
  if (!settings.password && !settings.accessToken) {
    throw new ConnectorError('login', 'There is neither a password nor an access token for this mailbox. Enter one of them.', { retry: 'after-login' })
  }
  const quiet = () => {}
  const client = new ImapFlow({
    host: server.host,
    port: server.port,
    secure: server.security === 'tls',
    doSTARTTLS: server.security === 'tls' ? undefined : server.security === 'starttls',
    tls: tlsOptions(settings),
    auth: { user: settings.user ?? settings.address, ...(settings.accessToken ? { accessToken: settings.accessToken } : { pass: settings.password }) },
    clientInfo: { name: 'Kinbox', vendor: false, version: false, 'support-url': false },
    disableAutoIdle: true,
    qresync: true,
    connectionTimeout: timing.connect,
    greetingTimeout: timing.connect,
    // The silences are watched here (`answered`); the library's own watchdog would end a line that merely has nothing to do.
    socketTimeout: 24 * 3600_000,
    maxLiteralSize: 256 * 1024 * 1024,
    maxLineLength: 64 * 1024 * 1024,
    // The library's log lines hold commands and server texts: none of it is ours to keep.
    logger: { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet, fatal: quiet },
    expungeHandler: (event) => {
      if (event.earlier && event.uid !== undefined) hooks.expunged?.(event.path, event.uid)
      else hooks.changed?.('mail')
    }
  })
  client.on('exists', () => hooks.changed?.('mail'))
  client.on('flags', () => hooks.changed?.('flags'))
  let open = false
  let ended = false
  const lost = (error: unknown) => {
    if (ended) return
    ended = true
    client.close()
    log.debug({ host: server.host, code: (error as { code?: unknown } | null)?.code ?? null }, 'the line to the mailbox broke')
    if (open) hooks.lost(connectFailure(error, server, 'in', secrets))
  }
  client.on('error', lost)
  client.on('close', () => lost(Object.assign(new Error('closed'), client.byeReason ? { reason: client.byeReason } : {})))
  const close = () => {
    ended = true
    client.close()
  }
  signal.addEventListener('abort', close, { once: true })

  /** Waits for an answer as long as bytes keep coming; a silent line is closed. */
  async function answered<T>(work: Promise<T>, patience: number): Promise<T> {
    let heard = client.stats().received
    let quarters = 0
    let timer: NodeJS.Timeout | undefined
    const silence = new Promise<never>((_, reject) => {
      timer = setInterval(() => {
        const now = client.stats().received
        quarters = now === heard ? quarters + 1 : 0
        heard = now
        if (quarters >= 4) reject(Object.assign(new Error('silent'), { code: 'ETIMEOUT' }))
      }, patience / 4)
    })
    try {
      return await Promise.race([work, silence])
    } finally {
      clearInterval(timer)
      work.catch(quiet)
    }
  }

  try {
    signal.throwIfAborted()
    await answered(client.connect(), timing.connect + timing.answer)
  } catch (error) {
    close()
    signal.removeEventListener('abort', close)
    if (signal.aborted) throw stopped()
    throw connectFailure(error, server, 'in', secrets)
  }
  open = true
  log.debug({ host: server.host, secure: client.secureConnection }, 'logged in to the mailbox')

  let last: Promise<unknown> = Promise.resolve()
  function run<T>(task: (client: ImapFlow) => Promise<T>, longer = 0): Promise<T> {
    const mine = last.then(async () => {
      if (ended) throw signal.aborted ? stopped() : connectFailure(new Error('closed'), server, 'in', secrets)
      try {
        return await answered(task(client), timing.answer + longer)
      } catch (error) {
        if (error instanceof ConnectorError || isRefusal(error)) throw error
        if (signal.aborted) throw stopped()
        lost(error)
        throw connectFailure(error, server, 'in', secrets)
      }
    })
    last = mine.catch(quiet)
    return mine
  }

  return {
    client,
    run,
    inFolder: (path, task, write = false, longer = 0) => run(async () => {
      const box = await client.mailboxOpen(path, { readOnly: !write })
      try {
        return await task(client, box)
      } finally {
        // A folder open for writing is left by EXAMINE: CLOSE would expunge what other clients marked as deleted.
        if (write && !client.isClosed) await client.mailboxOpen(path, { readOnly: true })
      }
    }, longer),
    close() {
      signal.removeEventListener('abort', close)
      close()
    }
  }
}

/** The session is closing: nobody needs to be told. */
export function stopped(): ConnectorError {
  return new ConnectorError('stopped', 'The account was closed.', { retry: 'later' })
}
