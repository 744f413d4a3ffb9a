/** A widget that shows how many messages from friends are unread, for a page whose user is signed in. Serve it with any bundler, e.g. `npx vite`. */
import { connect, openStore, sessionTicket } from '@kinbox/client'
import type { Counts } from '@kinbox/client'

/** What it needs of its element. */
type Shown = { textContent: string | null, title: string, dataset: Record<string, string | undefined> }
type Page = { document: { getElementById(id: string): Shown | null, title: string }, location: { origin: string } }

const { document, location } = globalThis as unknown as Page
const element = document.getElementById('unread')

if (element) {
  const base = element.dataset['kinbox'] ?? location.origin
  const client = connect({ url: base, auth: () => sessionTicket(base), client: { name: 'unread-widget', version: '1.0.0' } })
  const { counts } = openStore(client)
  const show = (counts: Counts | null) => {
    element.textContent = counts ? String(counts.inbox) : '…'
    document.title = counts?.inbox ? `(${counts.inbox}) Unread` : 'Unread'
  }
  show(counts.value)
  counts.subscribe(show)
  client.status.subscribe(status => {
    element.title = status === 'live' ? '' : status === 'signed-out' ? 'Sign in to see it.' : 'Offline: this is how it was.'
  })
}
