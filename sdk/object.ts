import { KinboxError } from './error.ts'
import { live } from './live.ts'
import type { Live, Settable } from './live.ts'
import type { Overlays } from './overlay.ts'
import type { Item } from './sorted.ts'

/** Single objects, each kept true while somebody is subscribed to it. */
export type Objects<T> = {
  /** Null while it is not known, and where there is none. */
  live(id: string): Live<T | null>
  take(id: string, item: T | null): void
  /** Gets those that are watched anew. */
  refresh(): void
}

/** `get` fetches one and rejects with KinboxError; `peek` finds what a window shows already. */
export function openObjects<T extends Item>(get: (id: string) => Promise<T>, peek: (id: string) => T | undefined, overlays: Overlays<T>): Objects<T> {
  const watched = new Map<string, Settable<T | null>>()
  /** As the server has them, of those that are watched. */
  const known = new Map<string, T>()
  const show = (id: string) => {
    const item = known.get(id)
    watched.get(id)?.set(item ? overlays.over(item) : null)
  }
  const put = (id: string, item: T, force = false) => {
    if (!watched.has(id) || (!force && item.rev < (known.get(id)?.rev ?? 0))) return
    known.set(id, item)
    show(id)
  }
  const fetch = (id: string, force: boolean) => get(id).then(item => put(id, item, force), (error: unknown) => {
    if (!(error instanceof KinboxError)) throw error
    if (error.kind !== 'not_found') return
    known.delete(id)
    show(id)
  })
  overlays.onChange(() => {
    for (const id of watched.keys()) show(id)
  })
  return {
    live(id) {
      const found = watched.get(id)
      if (found) return found
      const seen = peek(id)
      const one: Settable<T | null> = live(seen ? overlays.over(seen) : null, any => {
        if (!any) {
          watched.delete(id)
          known.delete(id)
        } else if (!watched.has(id)) {
          watched.set(id, one)
          const seen = peek(id)
          if (seen) put(id, seen)
          void fetch(id, false)
        }
      })
      return one
    },
    take(id, item) {
      if (item) return put(id, item)
      // Gone, or merged into another one, which the answer then names.
      if (watched.has(id)) void fetch(id, true)
    },
    refresh() {
      for (const id of watched.keys()) void fetch(id, true)
    }
  }
}
