/** Hands values on to those who listen for a key just now; keeps nothing. A listener that throws is a mistake of ours and goes on to the publisher. */
export type Hub<T> = {
  publish(key: number, value: T): void
  /** Returns what ends it. */
  subscribe(key: number, listener: (value: T) => void): () => void
}

export function hub<T>(): Hub<T> {
  const listeners = new Map<number, Set<(value: T) => void>>()
  return {
    publish(key, value) {
      for (const listener of [...listeners.get(key) ?? []]) listener(value)
    },
    subscribe(key, listener) {
      const set = listeners.get(key) ?? new Set()
      listeners.set(key, set.add(listener))
      return () => {
        set.delete(listener)
        if (set.size === 0 && listeners.get(key) === set) listeners.delete(key)
      }
    }
  }
}
