import type { Observable } from './use-live.ts'

/** A value of the page's own that components can watch. */
export type Cell<T> = Observable<T> & { set(value: T): void }

/** Makes a cell. Listeners hear of each value that differs from the one before. */
export function cell<T>(first: T): Cell<T> {
  let value = first
  const listeners = new Set<(value: T) => void>()
  return {
    get value() { return value },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    set(next) {
      if (Object.is(next, value)) return
      value = next
      for (const listener of [...listeners]) listener(next)
    }
  }
}
