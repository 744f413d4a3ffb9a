import { tokenIn } from './judge.ts'
import type { Row } from './judge.ts'

/** What must not be, in words. */
export type Findings = { lost: string[], doubled: string[], sentTwice: string[], wrong: string[] }

export function noFindings(): Findings {
  return { lost: [], doubled: [], sentTwice: [], wrong: [] }
}

export function findings({ lost, doubled, sentTwice, wrong }: Findings): string[] {
  return [...lost.map((text) => `lost: ${text}`), ...doubled.map((text) => `doubled: ${text}`), ...sentTwice.map((text) => `sent twice: ${text}`), ...wrong]
}

/** Each token that must have arrived is there, and none of those that were begun is there twice. */
export function checkArrived(found: Findings, counts: ReadonlyMap<string, number>, must: Iterable<string>, begun: Iterable<string>): void {
  for (const token of must) if (!counts.has(token)) found.lost.push(`${token} is not in the database`)
  for (const token of begun) if ((counts.get(token) ?? 0) > 1) found.doubled.push(`${token} is in the database ${counts.get(token)} times`)
}

/**
 * What Kinbox says became of each send, against what its peer has: `peers` counts what they received. Resolves the uncertain ones
 * apart: how many there are, and how many of these did arrive.
 */
export function checkSent(found: Findings, rows: readonly Row[], peers: ReadonlyMap<string, number>, sends: Iterable<string>): { uncertain: number, uncertainArrived: number } {
  const byToken = new Map(rows.filter(({ direction }) => direction === 'out').map((row) => [tokenIn(row.text) ?? '', row]))
  const counts = { uncertain: 0, uncertainArrived: 0 }
  for (const [token, times] of peers) {
    if (times > 1) found.sentTwice.push(`${token} reached its peer ${times} times`)
    if (!byToken.has(token)) found.wrong.push(`${token} reached its peer and is not in the database`)
  }
  for (const token of sends) {
    const status = byToken.get(token)?.status
    const arrived = peers.has(token)
    if (status === 'uncertain') {
      counts.uncertain++
      if (arrived) counts.uncertainArrived++
    } else if (status === 'sent' || status === 'delivered' || status === 'read') {
      if (!arrived) found.lost.push(`${token} is ${status} and never reached its peer`)
    } else if (status) found.wrong.push(`${token} is ${status}${arrived ? ', and reached its peer' : ''}`)
  }
  return counts
}

/** The text of a mail without its head, for tallying. */
export function bodyOf(raw: string): string {
  return raw.slice(raw.indexOf('\r\n\r\n'))
}

/** What a provider's fake found wrong in requests. That one was cut off while it was read is the rig's own doing. */
export function complaints(problems: readonly string[]): string[] {
  return problems.filter((text) => text !== 'Error: aborted')
}
