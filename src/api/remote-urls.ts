import { createHash, timingSafeEqual } from 'node:crypto'
import { parseId, publicId } from '../model/ids.ts'

/** Short-lived links to pictures of other servers, each for one user and one address. */
export type RemoteUrls = {
  /** A path with its signature. */
  sign(userId: number, url: string): string
  /** The address that a link stands for; null when it was not made here, was changed, or has expired. */
  verify(query: Record<string, unknown>): { userId: number, url: string } | null
}

/** `sign` is an HMAC with a key of this process. Without a signature nobody makes this server ask another one for anything. */
export function openRemoteUrls({ sign, clock, ms = 300_000 }: { sign(text: string): string, clock: { now(): number }, ms?: number }): RemoteUrls {
  const signature = (user: string, url: string, until: string) => sign(`remote\n${user}\n${until}\n${url}`)
  return {
    sign(userId, url) {
      const user = publicId('user', userId)
      const until = String(clock.now() + ms)
      return `/v1/remote?${new URLSearchParams({ u: user, e: until, s: signature(user, url, until), url })}`
    },
    verify({ u, e, s, url }) {
      if (typeof u !== 'string' || typeof e !== 'string' || typeof s !== 'string' || typeof url !== 'string') return null
      if (!same(s, signature(u, url, e)) || !(Number(e) > clock.now())) return null
      const userId = parseId('user', u)
      return userId === null ? null : { userId, url }
    }
  }
}

function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
