/** Whose turn it is to be fetched: so many at once in all, for each user and from each host; so many wait, and not for long. */
export type Turns = {
  /**
   * Resolves when it is its turn, with what ends it. `ended`: whoever asked is gone, and waits no more. Throws TooBusy when very many wait already, or
   * its turn has not come in time.
   */
  take(asked: { userId: number, host: string, ended: AbortSignal }): Promise<() => void>
}

/** `retryAfterMs`: when it may be another matter. The message says why. */
export class TooBusy extends Error {
  readonly retryAfterMs = 5_000
}

export type TurnLimits = { atOnce?: number, perUser?: number, perHost?: number, waiting?: number, waitMs?: number }

type Asked = { userId: number, host: string, start(): void }

/** One slow host, or one user with very many pictures, holds up nobody else: whoever fits in first goes first, users with fewer under way before the others. */
export function openTurns({ atOnce = 24, perUser = 8, perHost = 4, waiting: mostWaiting = 200, waitMs = 15_000 }: TurnLimits = {}): Turns {
  const waiting = new Map<number, Set<Asked>>()
  const users = counts<number>()
  const hosts = counts<string>()
  let running = 0

  function next(): void {
    while (running < atOnce) {
      const free = [...waiting].filter(([userId]) => users.of(userId) < perUser).sort(([a], [b]) => users.of(a) - users.of(b))
      const one = free.flatMap(([, all]) => [...all].find(({ host }) => hosts.of(host) < perHost) ?? [])[0]
      if (!one) return
      one.start()
    }
  }

  function leave(one: Asked): void {
    const all = waiting.get(one.userId)
    all?.delete(one)
    if (all?.size === 0) waiting.delete(one.userId)
  }

  return {
    take({ userId, host, ended }) {
      const { promise, resolve, reject } = Promise.withResolvers<() => void>()
      const all = waiting.get(userId) ?? new Set()
      if (all.size >= mostWaiting) return Promise.reject(new TooBusy('very many pictures wait already'))
      const refuse = (words: string) => () => {
        clearTimeout(late)
        leave(one)
        reject(new TooBusy(words))
      }
      const late = setTimeout(refuse('its turn did not come in time'), waitMs)
      const gone = refuse('nobody waits for it any more')
      const one: Asked = {
        userId, host,
        start() {
          clearTimeout(late)
          ended.removeEventListener('abort', gone)
          leave(one)
          running++
          users.add(userId, 1)
          hosts.add(host, 1)
          let over = false
          resolve(() => {
            if (over) return
            over = true
            running--
            users.add(userId, -1)
            hosts.add(host, -1)
            next()
          })
        }
      }
      ended.addEventListener('abort', gone, { once: true })
      waiting.set(userId, all.add(one))
      if (ended.aborted) gone()
      else next()
      return promise
    }
  }
}

function counts<K>(): { of(key: K): number, add(key: K, by: number): void } {
  const all = new Map<K, number>()
  return {
    of: (key) => all.get(key) ?? 0,
    add(key, by) {
      const now = (all.get(key) ?? 0) + by
      if (now === 0) all.delete(key)
      else all.set(key, now)
    }
  }
}
