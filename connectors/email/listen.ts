import type { Log } from '#connector'
import { setTimeout as pause } from 'node:timers/promises'
import type { Bell } from './bell.ts'
import type { Line } from './line.ts'
import type { Timing } from './timing.ts'

/**
 * Keeps an IDLE (RFC 2177) open on the inbox, on a line of its own, and rings the bell at once when the server tells of
 * something. It never fetches. IDLE dies silently, so each one ends after `timing.idle` with a NOOP that must be answered; where the
 * line cannot be had at all, the poll still sees everything, only later. Returns when `signal` aborts.
 */
export async function listen({ connect, inbox, bell, timing, log, signal }: {
  connect(changed: (what: 'mail' | 'flags') => void): Promise<Line>
  inbox: string
  bell: Bell
  timing: Timing
  log: Log
  signal: AbortSignal
}): Promise<void> {
  let delay = timing.idle
  while (!signal.aborted) {
    let line: Line | null = null
    try {
      line = await connect((what) => bell.ring(what))
      await line.run((client) => client.mailboxOpen(inbox, { readOnly: true }))
      // What came between the last look and this moment.
      bell.ring('mail')
      while (!signal.aborted) {
        line.client.idle().catch(() => {})
        await pause(timing.idle, undefined, { signal })
        await line.run((client) => client.noop())
        delay = timing.idle
      }
    } catch (error) {
      if (signal.aborted) return
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'cannot listen for new mail just now; looking by the clock meanwhile')
      await pause(delay, undefined, { signal }).catch(() => {})
      delay = Math.min(delay * 2, timing.idle * 20)
    } finally {
      line?.close()
    }
  }
}
