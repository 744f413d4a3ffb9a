/** Wakes one loop. Rings while nobody waits are kept, so none is lost between two waits. */
export class Bell {
  #rung = new Set<string>()
  #wake: (() => void) | null = null

  ring(why: string): void {
    this.#rung.add(why)
    this.#wake?.()
  }

  /** Resolves at once where the bell has rung since the last wait, else at the next ring or after `ms`. Returns why; empty after the time. Ends early, with what there is, when `signal` aborts. */
  async wait(signal: AbortSignal, ms?: number): Promise<Set<string>> {
    if (this.#rung.size === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = ms === undefined ? undefined : setTimeout(done, ms)
        const wake = done
        function done() {
          clearTimeout(timer)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        this.#wake = done
        signal.addEventListener('abort', wake, { once: true })
      })
      this.#wake = null
    }
    const rung = this.#rung
    this.#rung = new Set()
    return rung
  }
}
