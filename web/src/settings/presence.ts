import type { Client } from '#client'
import { cell } from '../hooks/observable.ts'

const kept = 'kinbox.invisible'

/** Whether this browser keeps the user's presence to itself: then no network learns that they are there, type or read. */
export const invisible = cell(localStorage.getItem(kept) === 'yes')

/** Chooses it for this browser. */
export function chooseInvisible(next: boolean): void {
  localStorage.setItem(kept, next ? 'yes' : 'no')
  invisible.set(next)
}

/** Tells the server whether somebody is at this page, after each connection and change. Returns how to end it. */
export function followPresence(client: Client): () => void {
  let told = ''
  const tell = () => {
    if (client.status.value !== 'live') {
      told = ''
      return
    }
    const available = invisible.value ? 'invisible' : document.visibilityState === 'visible' ? 'online' : 'away'
    if (available === told) return
    told = available
    client.call('presence.set', { available, device: 'browser' }).catch(() => { told = '' })
  }
  const ends = [client.status.subscribe(tell), invisible.subscribe(tell)]
  document.addEventListener('visibilitychange', tell)
  tell()
  return () => {
    for (const end of ends) end()
    document.removeEventListener('visibilitychange', tell)
  }
}
