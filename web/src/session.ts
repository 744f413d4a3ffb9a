import { connect, sessionTicket, signOut } from '#client'
import type { Client, Inbox } from '#client'
import { openStore } from '#client'
import { dropDrafts } from './composer/drafts.ts'
import { cell } from './hooks/observable.ts'
import { useLive } from './hooks/use-live.ts'

/** Where the page stands with the server. `ended`: there was a session, and it is over (revoked, expired, signed out elsewhere). `why`: what keeps the first connection from coming. */
export type Session =
  | { state: 'starting', why: string | null }
  | { state: 'out', ended: boolean }
  | { state: 'in', client: Client, store: Inbox }

export const session = cell<Session>({ state: 'starting', why: null })

let opened: { client: Client, store: Inbox } | null = null

/** Connects by the session that the browser's cookie stands for, and stays connected. Called at the start, and after each sign-in. */
export function openSession(): void {
  opened?.store.close()
  opened?.client.close()
  const client = connect({ url: location.origin, auth: () => sessionTicket(location.origin), client: { name: 'Kinbox in a browser', version: '1', deviceId: device() } })
  const store = openStore(client)
  const mine = opened = { client, store }
  let was = false
  const look = () => {
    if (opened !== mine) return
    const status = client.status.value
    if (status === 'live') session.set(was ? session.value : { state: 'in', client, store })
    else if (status === 'signed-out') session.set({ state: 'out', ended: was })
    else if (!was) session.set({ state: 'starting', why: client.error?.message ?? null })
    was ||= status === 'live'
  }
  session.set({ state: 'starting', why: null })
  client.status.subscribe(look)
  look()
}

/** Ends the session here and on the server, and leaves nothing of it in this page's memory, nor what was written and not sent in the browser's. */
export async function leave(): Promise<void> {
  // The connection ends with the session, and may do so before the answer: who signs out is not told that their session has ended.
  opened = null
  await signOut(location.origin).catch(() => undefined)
  for (const shelf of [localStorage, sessionStorage]) dropDrafts(shelf)
  location.replace('/login')
}

/** Notes who has just signed in. What somebody else wrote here and did not send (their session ended by itself) is taken away first. */
export function signedInAs(userId: string): void {
  if (localStorage.getItem('kinbox.user') !== userId) for (const shelf of [localStorage, sessionStorage]) dropDrafts(shelf)
  localStorage.setItem('kinbox.user', userId)
  localStorage.setItem(signedInKey, new Date().toISOString())
}

const signedInKey = 'kinbox.signedIn'

/** Tells when somebody has signed in in another tab of this browser, whose session is this tab's too. Returns what ends that. */
export function onSignedIn(tell: () => void): () => void {
  const look = ({ key }: StorageEvent) => {
    if (key === signedInKey) tell()
  }
  addEventListener('storage', look)
  return () => removeEventListener('storage', look)
}

/** What this browser is called among the user's own, for as long as it keeps its storage. */
function device(): string {
  const key = 'kinbox.device'
  const kept = localStorage.getItem(key)
  if (kept) return kept
  const made = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('')
  localStorage.setItem(key, made)
  return made
}

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
