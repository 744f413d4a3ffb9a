import { tokenBucket } from './token-bucket.ts'

/** Slows guessing of passwords, per name and per address. Bounded: the least used entry goes first. */
export type Throttle = {
  /** 0: go on; else how many ms to wait. Counts as an attempt. */
  attempt(name: string, address: string): number
  /** A right password clears its name. */
  succeeded(name: string): void
}

export type ThrottleOptions = { clock: { now(): number }, perName?: number, perAddress?: number, everyMs?: number, most?: number }

/** `perName` and `perAddress` attempts at once, then one each `everyMs` (by address three times as fast). */
export function loginThrottle({ clock, perName = 8, perAddress = 30, everyMs = 30_000, most = 10_000 }: ThrottleOptions): Throttle {
  type Bucket = ReturnType<typeof tokenBucket>
  const names = new Map<string, Bucket>()
  const addresses = new Map<string, Bucket>()
  const take = (map: Map<string, Bucket>, key: string, size: number, perSecond: number): number => {
    const now = clock.now()
    const bucket = map.get(key) ?? tokenBucket(size, perSecond, now)
    map.delete(key)
    map.set(key, bucket)
    if (map.size > most) map.delete(map.keys().next().value!)
    return bucket.take(now)
  }
  return {
    attempt(name, address) {
      const byAddress = take(addresses, address, perAddress, 3000 / everyMs)
      return byAddress || take(names, name.toLowerCase().slice(0, 200), perName, 1000 / everyMs)
    },
    succeeded: name => void names.delete(name.toLowerCase().slice(0, 200))
  }
}
