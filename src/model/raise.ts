import type { Waiting } from './digest.ts'

/** Somebody who may be raised. `address` is the canonical one. */
export type Candidate = Waiting & { address: string, verified: boolean }

/** No more than these a day, however many write: what is raised is read in the inbox. */
export const raisedADay = 5

/**
 * Who is raised today: of each domain the one who has waited longest, who is wholly proven before the others, then by how long they wait. So
 * many addresses at one domain take one place, and each domain costs an attacker a day's work of its own.
 */
export function chooseRaised(candidates: readonly Candidate[], most = raisedADay): Waiting[] {
  const ordered = candidates.toSorted((a, b) => Number(b.verified) - Number(a.verified) || a.since - b.since || a.conversation - b.conversation)
  const places = new Set<string>()
  const chosen: Waiting[] = []
  for (const { address, conversation, shown, since } of ordered) {
    const place = placeOf(address)
    if (places.has(place) || chosen.length === most) continue
    places.add(place)
    chosen.push({ conversation, shown, since })
  }
  return chosen
}

/** The last two labels of a domain: not always who owns it, but subdomains are free. An address without one stands for itself. */
const placeOf = (address: string) => address.includes('@') ? address.slice(address.lastIndexOf('@') + 1).split('.').slice(-2).join('.') : address
