import { setTimeout as pause } from 'node:timers/promises'
import { ImapFlow } from 'imapflow'
import type { Account, Arrival, ReceiveAt, RemoteId } from '../../../src/connector.ts'
import type { EmailSettings } from '../../../connectors/email/settings.ts'
import type { Timing } from '../../../connectors/email/timing.ts'
import type { Dovecot } from '../../servers/dovecot.ts'

/** What a core would keep for one account: it outlives sessions. */
export type Stored = {
  cursors: { live: string | null, history: string | null }
  batches: { batch: Arrival[], at: ReceiveAt }[]
  /** Log lines as text. */
  lines: string[]
  /** Runs before a batch counts as stored; may reject. */
  before: ((batch: Arrival[], at: ReceiveAt) => Promise<void>) | null
}

export function emptyStore(): Stored {
  return { cursors: { live: null, history: null }, batches: [], lines: [], before: null }
}

/** The contract's side of an account, keeping everything in `stored`. */
export function recordingAccount(settings: EmailSettings, stored: Stored): Account<EmailSettings> & { stop(): void } {
  const stopping = new AbortController()
  const write = (level: string) => (fields: object, message: string) => { stored.lines.push(`${level} ${message} ${JSON.stringify(fields)}`) }
  return {
    id: 'a1',
    settings,
    cursors: { ...stored.cursors },
    async receive(batch, at) {
      await stored.before?.(batch, at)
      stored.batches.push({ batch, at })
      if (at.cursor !== undefined) stored.cursors[at.lane] = at.cursor
    },
    signal() {},
    webhookUrl: null,
    stopping: stopping.signal,
    stop: () => stopping.abort(),
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    clock: { now: () => Date.now() }
  }
}

export type Mail = { remoteId: RemoteId, at: number, subject: string, folder: string, role: string, seen: boolean, flagged: boolean, lane: string }

/** Every mail handed over with bytes, in order, each as often as it was handed over. */
export function mails(stored: Stored, lane?: 'live' | 'history'): Mail[] {
  return stored.batches.filter(({ at }) => !lane || at.lane === lane).flatMap(({ batch, at }) => batch.flatMap((arrival): Mail[] => {
    if (!('raw' in arrival)) return []
    const subject = /^Subject: (.*?)\r?$/m.exec(Buffer.from(arrival.raw).toString())?.[1] ?? ''
    return [{ remoteId: arrival.remoteId, at: arrival.at, subject, folder: arrival.folder?.name ?? '', role: arrival.folder?.role ?? '', seen: arrival.seen ?? false, flagged: arrival.flagged ?? false, lane: at.lane }]
  }))
}

export function subjects(stored: Stored, lane?: 'live' | 'history'): string[] {
  return mails(stored, lane).map((mail) => mail.subject)
}

/** What was handed over already understood, of one type. */
export function told(stored: Stored, type: 'flags' | 'removal' | 'message') {
  return stored.batches.flatMap(({ batch }) => batch.flatMap((arrival) => 'incoming' in arrival && arrival.incoming.type === type ? [arrival.incoming] : []))
}

export function caughtUp(stored: Stored, lane: 'live' | 'history'): boolean {
  return stored.batches.some(({ at }) => at.lane === lane && at.caughtUp === true)
}

/** Polls until `condition` holds; fails naming `what` after a minute, which is for a busy machine. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + 60_000; performance.now() < end; await pause(10)) if (condition()) return
  throw new Error(`waited in vain: ${what}`)
}

/** Waits of a session that tests can live with: nothing is found by the clock unless a test shortens it, and a busy machine ends no line. */
export const testTiming: Timing = { connect: 60_000, answer: 60_000, poll: 60_000, idle: 60_000, flags: 60_000, historyRetry: 50, submit: 60_000 }

export function settingsFor(dovecot: Dovecot, user: string, more: Partial<EmailSettings> = {}): EmailSettings {
  return {
    address: `${user}@example.org`,
    imap: { host: dovecot.host, port: dovecot.ports.imap, security: 'none' },
    smtp: { host: dovecot.host, port: dovecot.ports.submission, security: 'none' },
    password: dovecot.password,
    ...more
  }
}

/** Works in a user's mailbox as another mail program would. */
export async function inMailbox<T>(dovecot: Dovecot, user: string, work: (client: ImapFlow) => Promise<T>): Promise<T> {
  const client = new ImapFlow({ host: dovecot.host, port: dovecot.ports.imap, secure: false, doSTARTTLS: false, disableAutoIdle: true, logger: false, auth: { user, pass: dovecot.password } })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    client.close()
  }
}

export function mail(subject: string, more = ''): string {
  return `From: Alice <alice@friend.example>\nTo: Ada <ada@example.org>\nSubject: ${subject}\nMessage-ID: <${subject.replaceAll(' ', '-')}@friend.example>\nDate: Mon, 1 Jun 2026 10:00:00 +0000\n${more}\nHello Ada, this is ${subject}.\n`
}
