import { getCACertificates } from 'node:tls'
import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { ConnectorError } from '#connector'
import type { EmailSettings, Server } from './settings.ts'

/** TLS options for one of the servers: the usual authorities, and the user's own CA besides. Certificates are always checked. */
export function tlsOptions(settings: EmailSettings): ConnectionOptions {
  return {
    minVersion: 'TLSv1.2',
    ...(settings.ca ? { ca: [...getCACertificates('default'), settings.ca] } : {})
  }
}

/** Throws ConnectorError where a password would cross the network in the clear. */
export function refuseClear(server: Server, what: string): void {
  if (server.security !== 'none' || isLoopback(server.host)) return
  throw new ConnectorError('insecure', `${what} is set to "no encryption". That is allowed only for a server on this machine: choose TLS or STARTTLS.`, { retry: 'after-login' })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
