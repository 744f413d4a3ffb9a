import type { Waiting } from '../model/digest.ts'
import { chooseRaised } from '../model/raise.ts'
import { raisable } from '../store/digests.ts'
import type { Reader } from '../store/tx.ts'

const hour = 3_600_000
/** So long a message waits before it is raised, and after this it is not raised any more. */
const waitMs = 48 * hour
const overMs = 14 * 24 * hour

/**
 * Who is raised now (ms): they wrote to the user alone, no machine did, and nobody has seen it for two days. They are named in the digest, and their conversations stay
 * in Other: otherwise every stranger would be in the inbox after two days.
 */
export function raised(tx: Reader, userId: number, now: number): Waiting[] {
  return chooseRaised(raisable(tx, userId, { from: now - overMs, to: now - waitMs }))
}
