import { ConnectorError } from '#connector'
import type { Settings } from './settings.ts'

/** What a server answered to one request, with what it is for in words. */
export type Wire = {
  /** The library's fetch: signed in, ended with the session, refused in words. */
  fetch: typeof globalThis.fetch
}

const answerMs = 30_000

/** HTTP with the user's name and password. Rejects with ConnectorErrors for what no request can mend: a wrong password, a server that is down. */
export function openWire({ user, password }: Pick<Settings, 'user' | 'password'>, signal: AbortSignal): Wire {
  const authorization = 'Basic ' + Buffer.from(`${user}:${password}`).toString('base64')
  return {
    async fetch(input, init = {}) {
      const headers = new Headers(init.headers)
      headers.set('authorization', authorization)
      const answer = await globalThis.fetch(input, { ...init, headers, signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]) }).catch((cause: unknown) => {
        throw new ConnectorError('unreachable', 'The server of the address book does not answer. Kinbox tries again by itself.', { retry: 'later', cause })
      })
      if (answer.status === 401) throw new ConnectorError('wrong-password', 'The server of the address book refused the user name or the password. Enter the right ones; many providers want an app password here.', { retry: 'after-login' })
      // 501: it never will (RFC 9110 section 15.6.2), and there may be another way.
      if (answer.status === 429 || (answer.status >= 500 && answer.status !== 501)) throw new ConnectorError('busy', `The server of the address book could not answer now (${answer.status}). Kinbox tries again by itself.`, { retry: 'later' })
      return answer
    }
  }
}
