import { KinboxError } from './error.ts'
import type { Live } from './live.ts'
import type { Overlays } from './overlay.ts'
import { openShared } from './shared.ts'
import type { Item } from './sorted.ts'

/** Single objects, each kept true while somebody is subscribed to it. */
export type Objects<T> = {
  /** Null while it is not known, and where there is none. */
  live(id: string): Live<T | null>
  take(id: string, item: T | null): void
  /** Gets those that are watched anew; `where`: of what is known, only these. */
  refresh(where?: (item: T) => boolean): void
}

/** `get` fetches one and rejects with KinboxError; `peek` finds what a window shows already. */
export function openObjects<T extends Item>(get: (id: string) => Promise<T>, peek: (id: string) => T | undefined, overlays: Overlays<T>): Objects<T> {
  /** As the server has them. */
  const known = new Map<string, T>()
  const shared = openShared<T | null>(peekOrNull, id => void fetch(id, false), id => void known.delete(id))

  function peekOrNull(id: string): T | null {
    return peek(id) ?? null
  }
  const show = (id: string) => {
    const item = known.get(id)
    shared.get(id)?.set(item ? overlays.over(item) : null)
  }
  const put = (id: string, item: T, force = false) => {
    if (!shared.get(id) || (!force && item.rev < (known.get(id)?.rev ?? 0))) return
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
    for (const id of shared.ids()) if (known.has(id)) show(id)
  })
  return {
    live: shared.live,
    take(id, item) {
      if (item) return put(id, item)
      // Gone, or merged into another one, which the answer then names.
      if (shared.get(id)) void fetch(id, true)
    },
    refresh(where) {
      for (const id of shared.ids()) {
        const item = known.get(id)
        if (!where || (item && where(item))) void fetch(id, true)
      }
    }
  }
}
