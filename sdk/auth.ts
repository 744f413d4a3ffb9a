import { KinboxError } from './error.ts'
import type { FailureKind } from './error.ts'

type Problem = { error?: { kind: FailureKind, message: string } }

/** For pages: signs in by name and password; the cookie that it sets is for `sessionTicket`. Throws KinboxError. */
export async function signIn(base: string, credentials: { name: string, password: string }): Promise<{ userId: string, sessionId: string }> {
  return post(base, '/v1/login', credentials)
}

/** Ends the page's session, on all its sockets. Throws KinboxError. */
export async function signOut(base: string): Promise<void> {
  await post(base, '/v1/logout')
}

/** For `connect` in a page: `auth: () => sessionTicket(location.origin)`. Throws KinboxError `unauthenticated` where nobody is signed in. */
export async function sessionTicket(base: string): Promise<{ ticket: string }> {
  const { ticket } = await post<{ ticket: string }>(base, '/v1/ws-ticket')
  return { ticket }
}

async function post<T>(base: string, path: string, body?: object): Promise<T> {
  const response = await fetch(new URL(path, base), {
    method: 'POST', credentials: 'include', ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {})
  })
  const answer = await response.json().catch(() => ({})) as Problem
  if (response.ok) return answer as T
  const wait = Number(response.headers.get('retry-after'))
  throw new KinboxError(answer.error?.message ?? `The server answered ${response.status}.`, { kind: answer.error?.kind ?? 'internal', retryable: response.status >= 429, ...(wait ? { retryAfterMs: wait * 1000 } : {}) })
}
