import { createHash, timingSafeEqual } from 'node:crypto'
import { parseId, publicId } from '../model/ids.ts'

/** Short-lived links to one blob of one user. */
export type BlobUrls = {
  /** A path with its signature, and until when it works (ms since the epoch); `ms`: longer than usual. */
  sign(userId: number, blobId: string, ms?: number): { path: string, expiresAt: number }
  /** Whose link it is; null when it was not made here, was changed, or has expired. */
  verify(blobId: string, query: Record<string, unknown>): number | null
}

/** `sign` is an HMAC with a key of the data folder. */
export function openBlobUrls({ sign, clock, ms = 300_000 }: { sign(text: string): string, clock: { now(): number }, ms?: number }): BlobUrls {
  const signature = (user: string, blobId: string, until: string) => sign(`blob\n${user}\n${blobId}\n${until}`)
  return {
    sign(userId, blobId, longer) {
      const user = publicId('user', userId)
      const expiresAt = clock.now() + (longer ?? ms)
      const query = new URLSearchParams({ u: user, e: String(expiresAt), s: signature(user, blobId, String(expiresAt)) })
      return { path: `/v1/blobs/${encodeURIComponent(blobId)}?${query}`, expiresAt }
    },
    verify(blobId, { u, e, s }) {
      if (typeof u !== 'string' || typeof e !== 'string' || typeof s !== 'string') return null
      if (!same(s, signature(u, blobId, e)) || !(Number(e) > clock.now())) return null
      return parseId('user', u)
    }
  }
}

function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
