export type Backoff = {
  /** How long to wait before the next try (ms). Each call counts one failure. */
  next(): number
  /** After a success that has lasted. */
  reset(): void
}

/**
 * Exponential with full jitter: the n-th wait is uniform in 0 … min(max, base * 2^n), so that a thousand clients of a
 * provider that comes back do not come back together.
 */
export function backoff({ baseMs, maxMs, random }: { baseMs: number, maxMs: number, random: () => number }): Backoff {
  let failures = 0
  return {
    next: () => jittered(failures++, { baseMs, maxMs, random }),
    reset: () => { failures = 0 }
  }
}

/** The wait after `failures` earlier ones (0: the first). */
export function jittered(failures: number, { baseMs, maxMs, random }: { baseMs: number, maxMs: number, random: () => number }): number {
  return Math.floor(random() * Math.min(maxMs, baseMs * 2 ** Math.min(failures, 40)))
}
