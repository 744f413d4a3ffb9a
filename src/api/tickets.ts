import { createHash, randomBytes } from 'node:crypto'

/** Single-use tickets by which a page turns its cookie into a socket. They live in memory: a restart ends them, and the page gets another. */
export type Tickets = {
  issue(holder: Holder): string
  /** The holder, once, while it is fresh; else null. */
  redeem(ticket: string): Holder | null
}
export type Holder = { userId: number, loginId: number }

export function openTickets(options: { ms: number, clock: { now(): number }, most?: number }): Tickets {
  const { ms, clock, most = 10_000 } = options
  const open = new Map<string, Holder & { until: number }>()
  return {
    issue({ userId, loginId }) {
      const now = clock.now()
      for (const [key, { until }] of open) {
        if (until > now && open.size < most) break
        open.delete(key)
      }
      const ticket = randomBytes(32).toString('base64url')
      open.set(hash(ticket), { userId, loginId, until: now + ms })
      return ticket
    },
    redeem(ticket) {
      const key = hash(ticket)
      const found = open.get(key)
      open.delete(key)
      return found && found.until > clock.now() ? { userId: found.userId, loginId: found.loginId } : null
    }
  }
}

/** Looked up by digest, so that the time of a lookup says nothing about a ticket. */
function hash(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64')
}
