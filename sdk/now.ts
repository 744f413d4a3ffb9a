import type { Client } from './connection.ts'
import { live } from './live.ts'
import type { Live, Settable } from './live.ts'
import type { Presence, Signal } from './protocol.ts'
import type { Id } from './types.ts'

/** Who writes in a conversation now, and who is there: what is true only now. */
export type Signals = {
  /** Those who are writing to the user in it. */
  typing(conversationId: Id): Live<readonly { kind: string, address: string }[]>
  /** The best of all addresses of the contact; null: not known. */
  presence(contactId: Id): Live<{ presence: Presence, lastSeenAt?: string } | null>
}

type Party = { kind: string, address: string }
type Seen = { presence: Presence, lastSeenAt?: string }

/** Nobody says when they stop because their line broke. */
const typingMs = 60_000

/** Held only for what is subscribed to; presence is fetched when the first one asks, and after each cut. */
export function openSignals(client: Client): Signals & { close(): void } {
  const writing = new Map<Id, { live: Settable<readonly Party[]>, ends: Map<string, ReturnType<typeof setTimeout>> }>()
  const there = new Map<Id, Settable<Seen | null>>()
  let asking = false

  const typed = (id: Id, party: Party, typing: boolean) => {
    const one = writing.get(id)
    if (!one) return
    const key = party.kind + ' ' + party.address
    clearTimeout(one.ends.get(key))
    one.ends.delete(key)
    if (typing) one.ends.set(key, setTimeout(() => typed(id, party, false), typingMs))
    const others = one.live.value.filter(({ kind, address }) => kind + ' ' + address !== key)
    if (typing || others.length < one.live.value.length) one.live.set(typing ? [...others, party] : others)
  }
  const quiet = (id: Id) => {
    const one = writing.get(id)
    for (const end of one?.ends.values() ?? []) clearTimeout(end)
    one?.ends.clear()
    if (one?.live.value.length) one.live.set([])
  }
  const ask = async (): Promise<void> => {
    if (asking || there.size === 0) return
    asking = true
    try {
      const found = new Map<Id, Seen>()
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page: { items: ({ contactId: Id } & Seen)[], nextCursor: string | null } = await client.call('presence.list', { limit: 200, cursor })
        for (const { contactId, presence, lastSeenAt } of page.items) if (there.has(contactId)) found.set(contactId, { presence, ...(lastSeenAt ? { lastSeenAt } : {}) })
        cursor = page.nextCursor
      }
      for (const [id, one] of there) one.set(found.get(id) ?? null)
    } catch {
      // Not known then; the next connection asks again.
    } finally {
      asking = false
    }
  }
  const ends = [
    client.onSignal((signal: Signal) => {
      if (signal.type === 'typing') typed(signal.conversationId, signal.party, signal.typing)
      if (signal.type === 'presence' && !signal.own) there.get(signal.contactId)?.set({ presence: signal.best, ...(signal.lastSeenAt ? { lastSeenAt: signal.lastSeenAt } : {}) })
    }),
    client.status.subscribe(status => {
      if (status === 'live') void ask()
      else for (const id of writing.keys()) quiet(id)
    })
  ]
  return {
    typing(id) {
      const found = writing.get(id)
      if (found) return found.live
      const one: Settable<readonly Party[]> = live<readonly Party[]>([], any => {
        if (any) writing.set(id, { live: one, ends: new Map() })
        else {
          quiet(id)
          writing.delete(id)
        }
      })
      return one
    },
    presence(id) {
      const found = there.get(id)
      if (found) return found
      const one: Settable<Seen | null> = live<Seen | null>(null, any => {
        if (!any) return void there.delete(id)
        there.set(id, one)
        void ask()
      })
      return one
    },
    close() {
      for (const end of ends) end()
      for (const id of writing.keys()) quiet(id)
    }
  }
}
