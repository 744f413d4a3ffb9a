import { ConnectorError } from '#connector'
import type { Element } from '@xmpp/client'
import { ns } from './names.ts'

type Failure = Error & { code?: string, condition?: string, name: string }

const make = (code: string, text: string, retry: 'later' | 'never' | 'after-login') => new ConnectorError(code, text, { retry })

/** What a server said, fit for a sentence: one line, bounded. */
export function serverWords(text: string | null | undefined): string {
  const words = (text ?? '').replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ').replace(/\s+/g, ' ').trim()
  return words.length > 200 ? words.slice(0, 199) + '…' : words
}

/**
 * Why there is no connection (any more), and what to do. `server` is how the words name it. The cause is not handed on: it may carry what
 * was said on the wire.
 */
export function explain(error: unknown, server: string): ConnectorError {
  if (error instanceof ConnectorError) return error
  const failure = (error instanceof Error ? error : new Error(String(error))) as Failure
  const { condition = '', name } = failure
  const code = failure.code ?? (failure.cause as Failure | undefined)?.code ?? ''
  if (name === 'SASLError') return login(condition, server)
  if (condition !== '') return streamError(condition, server)
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return make('certificate', `The server ${server} shows a certificate that is made out to another name. Check the address and the server of this account.`, 'after-login')
  if (code === 'CERT_HAS_EXPIRED') return make('certificate', `The certificate of the server ${server} has expired. Its operator must renew it; check this machine's clock too. Kinbox keeps trying.`, 'later')
  if (/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)$/.test(code)) return make('certificate', `The server ${server} shows a self-signed certificate, so anybody could pretend to be it. If it is your own server, give its certificate as the private CA of this account.`, 'after-login')
  if (/^(UNABLE_TO_|CERT_|HOSTNAME_MISMATCH|INVALID_CA)/.test(code)) return make('certificate', `The server ${server} shows a certificate that does not hold (${code}). If it is your own server, give its authority as the private CA of this account.`, 'after-login')
  if (/^(ENOTFOUND|ENODATA|EAI_)/.test(code)) return make('host-not-found', `There is no server called ${server}, or the name could not be looked up. Check the address and the network; Kinbox keeps trying.`, 'later')
  if (code === 'ECONNREFUSED' || code === 'ECONNERROR') return make('refused', `The server ${server} refuses connections. Check the address; if it is right, the server is down and Kinbox keeps trying.`, 'later')
  if (/^(EHOSTUNREACH|ENETUNREACH)$/.test(code)) return make('unreachable', `The server ${server} cannot be reached over the network. Kinbox keeps trying.`, 'later')
  if (code === 'ETIMEDOUT' || name === 'TimeoutError') return make('timeout', `The server ${server} did not answer in time. Kinbox keeps trying.`, 'later')
  // A spoilt line, or a network that wants a login of its own first, looks the same: the account must not stop for good.
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) return make('encryption', `The server ${server} does not speak TLS there. Check whether it wants xmpp:// (STARTTLS) or xmpps:// (TLS). Kinbox keeps trying.`, 'later')
  return make('connection-lost', `The connection to the server ${server} broke off. Kinbox connects again.`, 'later')
}

/** RFC 6120 section 6.5. */
function login(condition: string, server: string): ConnectorError {
  if (condition === 'temporary-auth-failure') return make('login-unavailable', `The server ${server} cannot check logins just now. Kinbox keeps trying.`, 'later')
  if (condition === 'account-disabled') return make('login', `The server ${server} has disabled this account. Ask its operator.`, 'after-login')
  if (condition === 'credentials-expired') return make('login', `The password has expired. Set a new one at ${server}, and enter it here.`, 'after-login')
  return make('login', `The server ${server} refuses the login. Enter address and password again.`, 'after-login')
}

/** RFC 6120 section 4.9.3. */
function streamError(condition: string, server: string): ConnectorError {
  if (condition === 'host-unknown' || condition === 'host-gone') return make('host-unknown', `The server does not serve ${server}. Check the address and the server of this account.`, 'after-login')
  if (condition === 'conflict') return make('conflict', 'Another program has taken the place of this connection: it uses the same resource. Give each its own, or leave it empty. Kinbox connects again.', 'later')
  if (condition === 'system-shutdown') return make('shutdown', `The server ${server} is being shut down. Kinbox connects again.`, 'later')
  if (condition === 'not-authorized') return make('login', `The server ${server} has ended the login. Enter address and password again.`, 'after-login')
  return make(condition, `The server ${server} has closed the connection (${condition}). Kinbox connects again.`, 'later')
}

const refusals: Record<string, string> = {
  'item-not-found': 'There is nobody of this address.',
  'service-unavailable': 'There is nobody of this address, or they do not take your messages.',
  'remote-server-not-found': 'The server of this address cannot be found. Check its spelling.',
  'remote-server-timeout': 'The server of this address does not answer. Try again later.',
  'recipient-unavailable': 'They are not there, and their server keeps no messages.',
  forbidden: 'You are not allowed to write there.',
  'not-acceptable': 'They do not take this message. In a room: you must have entered it.',
  'not-allowed': 'You are not allowed to write there.',
  'policy-violation': 'The server does not take this message.',
  'jid-malformed': 'This is not an address.'
}

/** What a bounced stanza says (RFC 6120 section 8.3), in words. */
export function bounceWords(stanza: Element): { code: string, text: string } {
  const error = stanza.getChild('error')
  const condition = error?.getChildElements().find((child) => child.getNS() === ns.stanzaError && child.getName() !== 'text')?.getName() ?? 'undefined-condition'
  const said = serverWords(error?.getChildText('text', ns.stanzaError))
  return { code: condition.slice(0, 60), text: (refusals[condition] ?? `The message came back (${condition.slice(0, 60)}).`) + (said ? ` The server said: ${said}` : '') }
}
