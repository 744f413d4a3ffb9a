import { KinboxError } from '#client'
import type { FailureKind } from '#client'

/** Whether the server has no user yet. */
export async function setupNeeded(): Promise<boolean> {
  return (await ask<{ needed: boolean }>('GET', '/v1/setup')).needed
}

/** Makes the first user, who is then signed in. Throws KinboxError. */
export async function makeFirstUser(user: { code: string, name: string, password: string }): Promise<void> {
  await ask('POST', '/v1/setup', user)
}

/** Signs in by a one-time code. Throws KinboxError. */
export async function enter(code: string): Promise<{ userId: string }> {
  return ask('POST', '/v1/enter', { code })
}

/** The code of the address (`#code=…`), once: it is taken out of the address and of the history. */
export function takeCode(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get('code')
  if (code !== null) history.replaceState(null, '', location.pathname + location.search)
  return code
}

async function ask<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
  const response = await fetch(path, { method, ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}) })
  const answer = await response.json().catch(() => ({})) as T & { error?: { kind: FailureKind, message: string } }
  if (response.ok) return answer
  const wait = Number(response.headers.get('retry-after'))
  throw new KinboxError(answer.error?.message ?? `${response.status}`, { kind: answer.error?.kind ?? 'internal', ...(wait ? { retryAfterMs: wait * 1000 } : {}) })
}
