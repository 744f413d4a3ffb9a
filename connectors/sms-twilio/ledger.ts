import type { Row } from './client.ts'

const holdMs = 10 * 60_000
const settleMs = 2 * 60_000

/** What one session knows of the messages it sent itself, so that the list of messages never shows them a second time as somebody else's. */
export type Ledger = {
  /** An attempt begins: until it ends, a listed message that could be it is held back. */
  begin(attempt: string, to: string, body: string, at: number): void
  /** It has this sid. */
  sent(attempt: string, sid: string): void
  /** It certainly did not go out. */
  dropped(attempt: string): void
  /** Our attempt behind a sid. */
  attemptOf(sid: string): string | undefined
  /** Whether a listed outgoing message has to wait: it may be an attempt that is under way or uncertain, or one that the core is just storing. */
  waits(row: Row, now: number): boolean
}

/** A new, empty ledger. It lives as long as the session; what was under way at a crash is younger than `settleMs` at the next start, and the core asks `find` then. */
export function ledger(): Ledger {
  const open = new Map<string, { to: string, body: string, at: number }>()
  const ours = new Map<string, string>()
  return {
    begin(attempt, to, body, at) {
      open.set(attempt, { to, body, at })
    },
    sent(attempt, sid) {
      open.delete(attempt)
      ours.set(sid, attempt)
      if (ours.size > 2000) ours.delete(ours.keys().next().value!)
    },
    dropped(attempt) {
      open.delete(attempt)
    },
    attemptOf: sid => ours.get(sid),
    waits(row, now) {
      if (now - row.date_created < settleMs) return true
      for (const [attempt, one] of open) {
        if (now - one.at > holdMs) open.delete(attempt)
        else if (one.to === row.to && one.body === row.body && row.date_created >= one.at - 60_000) return true
      }
      return false
    }
  }
}
