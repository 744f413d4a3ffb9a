import { ConnectorError } from '#connector'
import type { Server } from './settings.ts'

/** What the mail libraries hang on their errors. */
type WireError = Error & {
  code?: string
  /** The code below the library's own one. */
  originalCode?: string
  cause?: unknown
  tlsFailed?: boolean
  authenticationFailed?: boolean
  responseStatus?: string
  serverResponseCode?: string
  response?: unknown
  responseText?: string
  reason?: string
  responseCode?: number
}

/** How the words name the server, e.g. `the incoming mail server mail.example.org (port 993)`. */
function nameOf(server: Server, side: 'in' | 'out'): string {
  return `the ${side === 'in' ? 'incoming' : 'outgoing'} mail server ${server.host} (port ${server.port})`
}

/** What a server said, fit for a sentence: one line, bounded, without any of the secrets. */
export function serverWords(text: unknown, secrets: readonly (string | undefined)[]): string {
  let words = typeof text === 'string' ? text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ').replace(/\s+/g, ' ').trim() : ''
  for (const secret of secrets) {
    if (!secret) continue
    words = words.replaceAll(secret, '…').replaceAll(Buffer.from(secret).toString('base64'), '…')
  }
  return words.length > 300 ? words.slice(0, 299) + '…' : words
}

/**
 * The same failure as a ConnectorError: whether to try again, and what the user should do. Covers what happens before
 * any mail is on its way: name, connection, certificate, encryption, login, silence. An own ConnectorError passes unchanged.
 */
export function connectFailure(error: unknown, server: Server, side: 'in' | 'out', secrets: readonly (string | undefined)[]): ConnectorError {
  if (error instanceof ConnectorError) return error
  const wire = (error instanceof Error ? error : new Error(String(error))) as WireError
  const who = nameOf(server, side)
  const Who = who[0]!.toUpperCase() + who.slice(1)
  // The cause is not handed on: it may carry the command that failed, and with it the password.
  const make = (code: string, text: string, retry: 'later' | 'never' | 'after-login') => new ConnectorError(code, text, { retry })

  const certificate = certificateFailure(wire, Who, server)
  if (certificate) return certificate

  const code = wire.originalCode ?? wire.code ?? ''
  const login = loginFailure(wire, Who, secrets)
  if (login) return login
  // A DNS outage looks the same as a typing error, so this is tried again while the user is told to check the name.
  if (/^(ENOTFOUND|EAI_NONAME|EAI_NODATA|ENODATA|EDNS)$/.test(code) || wire.code === 'EDNS') {
    return make('host-not-found', `There is no server called ${server.host}, or the name could not be looked up. Check its spelling and the network; Kinbox keeps trying.`, 'later')
  }
  if (/^EAI_/.test(code)) return make('dns', `The name ${server.host} could not be looked up just now. Kinbox keeps trying.`, 'later')
  if (code === 'ECONNREFUSED') return make('refused', `${Who} refuses connections. Check host and port; if they are right, the server is down and Kinbox keeps trying.`, 'later')
  if (/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/.test(code)) return make('unreachable', `${Who} cannot be reached over the network. Kinbox keeps trying.`, 'later')
  if (/^(CONNECT_TIMEOUT|GREETING_TIMEOUT|UPGRADE_TIMEOUT|ETIMEOUT|ETIMEDOUT)$/.test(code)) {
    return make('timeout', `${Who} did not answer in time. If this goes on, check host, port and encryption; Kinbox keeps trying.`, 'later')
  }
  if (/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION/.test(code)) {
    return make('encryption', `${Who} knows only encryption that is no longer safe (older than TLS 1.2). Ask your provider.`, 'after-login')
  }
  const refused = wire.code === 'ETLS' ? (wire.responseCode ?? 0) >= 500 : wire.tlsFailed && (wire.code === undefined || wire.code === 'STARTTLS_INJECTION')
  // Also what a network on the way strips or garbles for a while: no password is sent without it, so trying again harms nobody.
  if (refused) return make('encryption', `${Who} does not offer STARTTLS. Choose TLS with its port, or ask your provider; Kinbox keeps trying.`, 'later')
  // A line that is cut or spoilt during the handshake, or a network that wants a login of its own first, looks the same as a wrong port: the account must not stop for good.
  if (wire.tlsFailed || code === 'EPROTO' || /^ERR_SSL_/.test(code) || wire.code === 'ETLS' || code === 'ClosedAfterConnectTLS') {
    return make('encryption', server.security === 'starttls'
      ? `The encrypted connection to ${who} could not be set up. If this goes on, choose TLS with its port, or ask your provider; Kinbox keeps trying.`
      : `${Who} does not speak TLS on this port. Choose STARTTLS, or the port for TLS (${side === 'in' ? 993 : 465}); Kinbox keeps trying.`, 'later')
  }
  const said = serverWords(wire.reason ?? wire.responseText ?? wire.response, secrets)
  return make('connection-lost', `The connection to ${who} broke off${said ? `: ${said}` : ''}. Kinbox connects again.`, 'later')
}

function certificateFailure(wire: WireError, Who: string, server: Server): ConnectorError | null {
  const codes = [wire.code, wire.originalCode, (wire.cause as WireError | undefined)?.code]
  const has = (pattern: RegExp) => codes.some((code) => code !== undefined && pattern.test(code))
  const make = (text: string, retry: 'later' | 'after-login') => new ConnectorError('certificate', text, { retry })
  if (has(/^ERR_TLS_CERT_ALTNAME_INVALID$/)) {
    return make(`${Who} shows a certificate that is made out to another name. Enter the name that your provider gives for the server instead of ${server.host}.`, 'after-login')
  }
  if (has(/^CERT_HAS_EXPIRED$/)) return make(`The certificate of ${Who.replace(/^The /, 'the ')} has expired. Your provider must renew it; check this machine's clock too. Kinbox keeps trying.`, 'later')
  if (has(/^CERT_NOT_YET_VALID$/)) return make(`The certificate of ${Who.replace(/^The /, 'the ')} is not valid yet. Check this machine's clock. Kinbox keeps trying.`, 'later')
  if (has(/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)$/)) {
    return make(`${Who} shows a self-signed certificate, so anybody could pretend to be it. If it is your own server, give its certificate as the private CA of this account.`, 'after-login')
  }
  if (has(/^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)$/)) {
    return make(`${Who} shows a certificate from an authority that is not known here. If it is your own server, give that authority as the private CA of this account.`, 'after-login')
  }
  if (has(/^(CERT_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/)) {
    return make(`${Who} shows a certificate that does not hold (${codes.find((code) => code && /^[A-Z_]+$/.test(code))}). Nothing was sent to it. Ask your provider.`, 'after-login')
  }
  return null
}

/** RFC 5530 and RFC 4954: which refusals of a login pass by themselves, and which need the user. */
function loginFailure(wire: WireError, Who: string, secrets: readonly (string | undefined)[]): ConnectorError | null {
  const smtp = wire.code === 'EAUTH'
  // imapflow throws this one without any mark; it marks every other failure during the login, also a line that broke.
  const noWay = wire.message === 'Unsupported authentication mechanism'
  if (!smtp && !wire.authenticationFailed && !noWay) return null
  if (!smtp && wire.responseStatus === undefined && wire.code !== undefined) return null
  // An answer without a status is none (RFC 5321 section 4.2): the line is spoilt, and the password may be right.
  if (smtp && wire.response && wire.responseCode === undefined) return null
  const said = serverWords(wire.response, secrets)
  const quote = said ? ` It said: ${said}` : ''
  const status = wire.serverResponseCode ?? /\[([A-Z]+)\]/.exec(said)?.[1] ?? ''
  if (/^(UNAVAILABLE|LIMIT|INUSE|SERVERBUG)$/.test(status) || (smtp && wire.responseCode !== undefined && wire.responseCode >= 400 && wire.responseCode < 500)) {
    return new ConnectorError('login-unavailable', `${Who} cannot check logins just now.${quote} Kinbox keeps trying.`, { retry: 'later' })
  }
  if (!smtp && wire.responseStatus === undefined) {
    return new ConnectorError('login', `${Who} offers no way to log in that fits these settings. Check the encryption, and whether it wants a password or an access token.`, { retry: 'after-login' })
  }
  return new ConnectorError('login', `${Who} refuses the login. Enter user name and password again; many providers want an app password or an access token.${quote}`, { retry: 'after-login' })
}
