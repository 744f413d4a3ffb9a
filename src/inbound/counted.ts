import type { Receive } from './receive.ts'

/** Since the start, for each channel: messages that were new, those of them that could not be read, and batches that were not stored. */
export type Intake = Record<string, { stored: number, unreadable: number, failed: number }>

/** The same `receive`, counting into `intake`. */
export function counted(receive: Receive, intake: Intake): Receive {
  return async (account, batch, at) => {
    const counts = intake[account.channel] ??= { stored: 0, unreadable: 0, failed: 0 }
    try {
      const received = await receive(account, batch, at)
      counts.stored += received.stored
      counts.unreadable += received.unreadable
      return received
    } catch (error) {
      counts.failed++
      throw error
    }
  }
}
