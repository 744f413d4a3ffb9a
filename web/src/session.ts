import type { Client, Inbox } from '#client'
import { cell } from './hooks/observable.ts'
import { useLive } from './hooks/use-live.ts'

/** Where the page stands with the server. `ended`: there was a session, and it is over (revoked, expired, signed out elsewhere). */
export type Session =
  | { state: 'starting' }
  | { state: 'out', ended: boolean }
  | { state: 'in', client: Client, store: Inbox }

export const session = cell<Session>({ state: 'starting' })

/** The SDK's store; only for screens of somebody who is signed in. */
export function useStore(): Inbox {
  return signedIn(useLive(session)).store
}

/** The SDK's client, for calls that the store has no verb for; only for screens of somebody who is signed in. */
export function useClient(): Client {
  return signedIn(useLive(session)).client
}

function signedIn(now: Session): Extract<Session, { state: 'in' }> {
  if (now.state !== 'in') throw new Error('nobody is signed in')
  return now
}
