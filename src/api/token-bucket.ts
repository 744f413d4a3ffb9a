/** `size` at once, then `perSecond`. `take` says how many ms to wait, 0 when there was one to take. */
export function tokenBucket(size: number, perSecond: number, now: number): { take(now: number): number, full(now: number): boolean } {
  let tokens = size
  let at = now
  const refill = (time: number) => {
    tokens = Math.min(size, tokens + Math.max(0, time - at) / 1000 * perSecond)
    at = time
  }
  return {
    take(time) {
      refill(time)
      if (tokens < 1) return Math.ceil((1 - tokens) / perSecond * 1000)
      tokens -= 1
      return 0
    },
    full(time) {
      refill(time)
      return tokens >= size
    }
  }
}
