import type { Address, Ephemeral } from '../model/incoming.ts'
import type { Clock } from '../model/ports.ts'

/** Where typing would be seen just now: the way that an answer would take, by a session that can show it. */
export type Audience = { session: { signal?(signal: Ephemeral): void }, to: Address[] }

export type TypingDeps = {
  clock: Clock
  /** null: nobody would see it. */
  audience(userId: number, conversationId: number): Promise<Audience | null>
  /** "Still typing" is told again only after so long (ms). */
  againMs?: number
  /** Who types no more, and does not say so, has stopped after so long (ms). */
  endMs?: number
}

export type Typing = {
  /** Shows that the user writes in a conversation, or has stopped. Resolves with whether anybody was told by it. */
  set(userId: number, conversationId: number, typing: boolean): Promise<boolean>
  stop(): void
}

/** The user's typing, passed on as seldom as it can be. */
export function openTyping({ clock, audience, againMs = 4_000, endMs = 12_000 }: TypingDeps): Typing {
  const shown = new Map<string, { audience: Audience, at: number, timer: NodeJS.Timeout }>()

  function tell({ session, to }: Audience, typing: boolean): void {
    for (const address of to) session.signal?.({ type: 'typing', address: { kind: address.kind, address: address.address }, typing })
  }

  function end(key: string): boolean {
    const one = shown.get(key)
    if (!one) return false
    clearTimeout(one.timer)
    shown.delete(key)
    tell(one.audience, false)
    return true
  }

  return {
    async set(userId, conversationId, typing) {
      const key = `${userId} ${conversationId}`
      if (!typing) return end(key)
      const before = shown.get(key)
      if (before && clock.now() - before.at < againMs) {
        before.timer.refresh()
        return false
      }
      const found = await audience(userId, conversationId)
      // Meanwhile another request may have been here: the last one that knows the audience counts.
      clearTimeout(shown.get(key)?.timer)
      shown.delete(key)
      if (!found) return false
      shown.set(key, { audience: found, at: clock.now(), timer: setTimeout(() => end(key), endMs).unref() })
      tell(found, true)
      return true
    },
    stop() {
      for (const { timer } of shown.values()) clearTimeout(timer)
      shown.clear()
    }
  }
}
