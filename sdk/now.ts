import type { Client } from './connection.ts'
import { KinboxError } from './error.ts'
import type { Live } from './live.ts'
import type { Presence, Signal } from './protocol.ts'
import { openShared } from './shared.ts'
import type { Id } from './types.ts'

type Party = { kind: string, address: string }
type Seen = { presence: Presence, lastSeenAt?: string }

/** Who writes in a conversation now, and who is there: what is true only now. */
export type Signals = {
  /** Those who are writing to the user in it. */
  typing(conversationId: Id): Live<readonly Party[]>
  /** The best of all addresses of the contact; null: not known. */
  presence(contactId: Id): Live<Seen | null>
}

/** Nobody says when they stop because their line broke. */
const typingMs = 60_000
const nobody: readonly Party[] = []
const key = ({ kind, address }: Party) => kind + ' ' + address

/** Held only for what is subscribed to; presence is fetched when somebody asks, and after each cut. */
export function openSignals(client: Client): Signals & { close(): void } {
  const ends = new Map<string, ReturnType<typeof setTimeout>>()
  const writing = openShared<readonly Party[]>(() => nobody, () => {}, quiet)
  const there = openShared<Seen | null>(() => null, () => void ask(), () => {})
  let asking = false
  let again = false

  function typed(id: Id, party: Party, typing: boolean): void {
    const one = writing.get(id)
    if (!one) return
    const mine = id + ' ' + key(party)
    clearTimeout(ends.get(mine))
    ends.delete(mine)
    if (typing) ends.set(mine, setTimeout(() => typed(id, party, false), typingMs))
    const others = one.value.filter(other => key(other) !== key(party))
    if (typing || others.length < one.value.length) one.set(typing ? [...others, party] : others)
  }
  function quiet(id: Id): void {
    for (const [mine, end] of ends) {
      if (!mine.startsWith(id + ' ')) continue
      clearTimeout(end)
      ends.delete(mine)
    }
    writing.get(id)?.set(nobody)
  }
  async function ask(): Promise<void> {
    if (asking) return void (again = true)
    asking = true
    do {
      again = false
      const found = await everybody().catch((error: unknown) => {
        if (!(error instanceof KinboxError)) throw error
        return new Map<Id, Seen>()   // not known then; the next connection asks again
      })
      for (const id of there.ids()) there.get(id)!.set(found.get(id) ?? null)
    } while (again)
    asking = false
  }
  async function everybody(): Promise<Map<Id, Seen>> {
    const found = new Map<Id, Seen>()
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page: { items: (Seen & { contactId: Id })[], nextCursor: string | null } = await client.call('presence.list', { limit: 200, cursor })
      for (const { contactId, presence, lastSeenAt } of page.items) if (there.get(contactId)) found.set(contactId, { presence, ...(lastSeenAt ? { lastSeenAt } : {}) })
      cursor = page.nextCursor
    }
    return found
  }
  const hear = (signal: Signal) => {
    if (signal.type === 'typing') typed(signal.conversationId, signal.party, signal.typing)
    if (signal.type !== 'presence' || signal.own) return
    const { contactId, best, lastSeenAt } = signal
    there.get(contactId)?.set({ presence: best, ...(lastSeenAt ? { lastSeenAt } : {}) })
    if (asking) again = true   // its answer may be older
  }
  const stop = [
    client.onSignal(hear),
    // A message ends the typing that led to it; not every network says so.
    client.onEvent(event => { if (event.type === 'message.created' && event.data?.direction === 'in') typed(event.data.conversationId, event.data.sender, false) }),
    client.status.subscribe(status => {
      if (status !== 'live') for (const id of writing.ids()) quiet(id)
      else if (there.ids().length > 0) void ask()
    })
  ]
  return {
    typing: writing.live,
    presence: there.live,
    close() {
      for (const end of stop) end()
      for (const id of writing.ids()) quiet(id)
    }
  }
}
