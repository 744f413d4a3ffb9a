import { live } from './live.ts'
import type { Live, Settable } from './live.ts'

/** One value for each id, kept while anybody is subscribed to it. */
export type Shared<T> = {
  live(id: string): Live<T>
  /** Undefined where nobody is subscribed. */
  get(id: string): Settable<T> | undefined
  ids(): string[]
}

/** `first`: what is known without asking; `started`, `ended`: the first subscriber of an id came, the last one has gone. */
export function openShared<T>(first: (id: string) => T, started: (id: string) => void, ended: (id: string) => void): Shared<T> {
  const all = new Map<string, Settable<T>>()
  const begin = (id: string) => {
    const one = live(first(id), some => {
      if (some || all.get(id) !== one) return
      all.delete(id)
      ended(id)
    })
    all.set(id, one)
    return one
  }
  return {
    live: id => ({
      get value() {
        return all.get(id)?.value ?? first(id)
      },
      subscribe(fn) {
        const known = all.get(id)
        const end = (known ?? begin(id)).subscribe(fn)
        if (!known) started(id)
        return end
      }
    }),
    get: id => all.get(id),
    ids: () => [...all.keys()]
  }
}
