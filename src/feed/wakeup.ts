/** Tells readers of the log that a user's log has grown. It carries no data: they read the log themselves. */
export class Wakeup {
  readonly #users = new Map<number, { version: number, waiting: Set<() => void> }>()
  readonly #watchers = new Set<(userId: number) => void>()

  /** After the commit. */
  notify(userId: number): void {
    const user = this.#of(userId)
    user.version++
    const waiting = [...user.waiting]
    user.waiting.clear()
    for (const wake of waiting) wake()
    for (const watch of this.#watchers) watch(userId)
  }

  /** Calls `watch` after each commit with events, whoever's they are. Returns how to end it. */
  watch(watch: (userId: number) => void): () => void {
    this.#watchers.add(watch)
    return () => void this.#watchers.delete(watch)
  }

  /** Take it before reading the log: then no commit slips between the read and the wait. */
  version(userId: number): number {
    return this.#users.get(userId)?.version ?? 0
  }

  /** Resolves when the version has passed `seen`, or when `signal` is aborted. */
  past(userId: number, seen: number, signal: AbortSignal): Promise<void> {
    const user = this.#of(userId)
    if (user.version !== seen || signal.aborted) return Promise.resolve()
    return new Promise(resolve => {
      const wake = (): void => {
        user.waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      user.waiting.add(wake)
      signal.addEventListener('abort', wake, { once: true })
    })
  }

  #of(userId: number): { version: number, waiting: Set<() => void> } {
    let user = this.#users.get(userId)
    if (!user) this.#users.set(userId, user = { version: 0, waiting: new Set() })
    return user
  }
}
