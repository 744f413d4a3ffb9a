/** A value that changes, and says so. */
export type Live<T> = {
  readonly value: T
  /** Calls `fn` with each new value, not with the present one. Returns how to end it. */
  subscribe(fn: (value: T) => void): () => void
}

/** A Live that its owner sets. */
export type Settable<T> = Live<T> & { set(value: T): void }

/** `watched` is called when the first subscriber comes (true) and when the last one has gone (false). */
export function live<T>(first: T, watched?: (some: boolean) => void): Settable<T> {
  let value = first
  const heard = listeners<T>(watched)
  return {
    get value() {
      return value
    },
    set(next) {
      if (Object.is(next, value)) return
      value = next
      heard.tell(next)
    },
    subscribe: heard.add
  }
}

export type Listeners<T> = { add(fn: (value: T) => void): () => void, tell(value: T): void }

/** Who is to be told. One that throws stops neither the others nor the teller: its error surfaces as an uncaught one. */
export function listeners<T>(watched?: (some: boolean) => void): Listeners<T> {
  const all = new Set<{ fn(value: T): void }>()
  return {
    add(fn) {
      const one = { fn }
      all.add(one)
      if (all.size === 1) watched?.(true)
      return () => {
        if (all.delete(one) && all.size === 0) watched?.(false)
      }
    },
    tell(value) {
      for (const { fn } of [...all]) {
        try {
          fn(value)
        } catch (error) {
          queueMicrotask(() => { throw error })
        }
      }
    }
  }
}
