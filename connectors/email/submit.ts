import SMTPConnection from 'nodemailer/lib/smtp-connection'
import XOAuth2 from 'nodemailer/lib/xoauth2'
import { ConnectorError } from '#connector'
import type { Receipt } from '#connector'
import { mailStream } from './compose.ts'
import type { FrozenMail } from './compose.ts'
import { connectFailure, serverWords } from './failure.ts'
import { refuseClear, tlsOptions } from './trust-store.ts'
import type { EmailSettings } from './settings.ts'
import type { Timing } from './timing.ts'

/**
 * A server may think for ten minutes over a mail, but its machine answers at once: a line that nobody holds any more is found by
 * asking it (RFC 9293 section 3.8.4) after so long a silence (ms); ten questions without an answer, a second apart, end it.
 */
const silenceMs = 30_000

type SubmitError = Error & { code?: string, originalCode?: string, responseCode?: number, response?: string, rejectedErrors?: RefusedError[] }
type RefusedError = Error & { recipient?: string | undefined, responseCode?: number | undefined, response?: string | undefined }

type Step = <T>(work: (done: (error: Error | null | undefined, value?: T) => void) => void) => Promise<T | undefined>
type Open = { connection: SMTPConnection, step: Step }

const secretsOf = (settings: EmailSettings) => [settings.smtp.password, settings.password, settings.accessToken]

/** Connects, logs in, does `work`, and closes, whatever happens. Throws ConnectorError for what fails before `work`. */
async function loggedIn<T>(settings: EmailSettings, timing: Timing, signal: AbortSignal, work: (open: Open) => Promise<T>): Promise<T> {
  const server = settings.smtp
  const pass = server.password ?? settings.password
  const user = server.user ?? settings.user ?? settings.address
  refuseClear(server, 'The outgoing mail server')
  const connection = new SMTPConnection({
    host: server.host,
    port: server.port,
    secure: server.security === 'tls',
    requireTLS: server.security === 'starttls',
    ignoreTLS: server.security === 'none',
    tls: tlsOptions(settings),
    connectionTimeout: timing.connect,
    greetingTimeout: timing.connect,
    dnsTimeout: timing.connect,
    socketTimeout: timing.submit,
    logger: false
  })
  let fail: (error: Error) => void = () => {}
  const broken = new Promise<never>((_, reject) => { fail = reject })
  broken.catch(() => {})
  connection.on('error', fail)
  connection.on('end', () => fail(new Error('closed')))
  const abort = () => {
    fail(new Error('closed'))
    connection.close()
  }
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  const step: Step = <V>(begin: (done: (error: Error | null | undefined, value?: V) => void) => void) => Promise.race([broken, new Promise<V | undefined>((resolve, reject) => {
    begin((error, value) => error ? reject(error) : resolve(value))
  })])

  try {
    try {
      await step((done) => connection.connect(done))
      if (connection._socket) connection._socket.setKeepAlive(true, silenceMs)
      if (connection.allowsAuth) {
        const oauth2 = settings.accessToken && !server.password ? new XOAuth2({ user, accessToken: settings.accessToken }, false) : undefined
        await step((done) => connection.login(oauth2 ? { user, oauth2 } : { user, credentials: { user, pass } }, done))
      }
    } catch (error) {
      throw connectFailure(error, server, 'out', secretsOf(settings))
    }
    const result = await work({ connection, step })
    connection.quit()
    return result
  } catch (error) {
    connection.close()
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Connects to the outgoing server and logs in; sends nothing. Throws ConnectorError. */
export async function trySubmission(settings: EmailSettings, timing: Timing, signal: AbortSignal): Promise<void> {
  await loggedIn(settings, timing, signal, async () => {})
}

/**
 * Hands a frozen mail to the outgoing server, with its explicit envelope. Resolves after the server's 250, naming the
 * recipients it refused. Throws ConnectorError; `certain: false` only where every byte was sent and no answer came (RFC 5321 section 4.2.5).
 */
export async function submit(settings: EmailSettings, mail: FrozenMail, timing: Timing, signal: AbortSignal): Promise<Receipt> {
  const secrets = secretsOf(settings)
  let flowed = false
  try {
    return await loggedIn(settings, timing, signal, async ({ connection, step }) => {
      const stream = mailStream(mail, () => { flowed = true })
      const info = await step<{ rejectedErrors?: RefusedError[] | undefined }>((done) => connection.send({ ...mail.envelope, size: mail.size, use8BitMime: true }, stream, done))
      const refused = (info?.rejectedErrors ?? []).map((error) => ({
        address: error.recipient ?? '',
        error: { code: (error.responseCode ?? 0) < 500 ? 'refused-for-now' : 'refused', text: serverWords(error.response, secrets) || 'The mail server refused this recipient.' }
      }))
      return refused.length > 0 ? { status: 'sent', refused } : { status: 'sent' }
    })
  } catch (error) {
    if (error instanceof ConnectorError) throw error
    throw sendFailure(error as SubmitError, settings, flowed, secrets)
  }
}

/** What a failure between MAIL FROM and the last answer means. */
function sendFailure(error: SubmitError, settings: EmailSettings, flowed: boolean, secrets: readonly (string | undefined)[]): ConnectorError {
  const host = settings.smtp.host
  const status = error.responseCode ?? 0
  const said = serverWords(error.response, secrets)
  const quote = said ? ` It said: ${said}` : ''
  if (status === 530 || status === 535) {
    return new ConnectorError('login', `The outgoing mail server ${host} wants another login. Check user name and password for sending.${quote}`, { retry: 'after-login' })
  }
  if (status >= 500) return new ConnectorError('refused', `The outgoing mail server ${host} refused this mail for good.${quote}`, { retry: 'never' })
  if (status >= 400) return new ConnectorError('refused-for-now', `The outgoing mail server ${host} does not take this mail just now; Kinbox tries again.${quote}`, { retry: 'later' })
  // The library gives these codes also to an answer that it does not understand: then the line is spoilt, and the mail is not at fault.
  if (!error.response) {
    if (error.code === 'EMESSAGE') return new ConnectorError('too-large', `This mail is larger than the outgoing mail server ${host} takes. Send it with smaller attachments.`, { retry: 'never' })
    if (error.code === 'ESTREAM') return new ConnectorError('attachment', 'An attachment of this mail can no longer be read. Attach it again.', { retry: 'never' })
    if (error.code === 'EENVELOPE') return new ConnectorError('bad-address', 'An address of this mail cannot be used. Correct it.', { retry: 'never' })
  }
  if (flowed) {
    return new ConnectorError('no-answer', `The connection to ${host} broke off before it confirmed this mail. It may have gone out: look into your Sent folder, or ask the recipient, before you send it again.`, { retry: 'later', certain: false })
  }
  return connectFailure(error, settings.smtp, 'out', secrets)
}
