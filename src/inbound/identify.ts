import type { KnownAddress, Contact } from '../model/contact.ts'
import type { Proof, ProofLevel } from '../model/proof.ts'
import type { Sender } from '../model/incoming.ts'

export type Judged = { level: ProofLevel, enough: boolean, evidence: string[] }

/**
 * Whether a proof suffices for this sender: verified does; weak does where nothing contradicts it. An address that proved
 * itself before and does not now is contradicted, but for history, which is judged by what it carries. Nobody but the user
 * writes from the user's own addresses, and what they send is found among what was sent: from outside, only proof counts.
 */
export function judge(proof: Proof, { verifiedAt, at, history, own }: { verifiedAt: number | null, at: number, history: boolean, own: boolean }): Judged {
  if (proof.level !== 'weak') return { level: proof.level, enough: proof.level === 'verified', evidence: proof.evidence }
  if (own) return { level: 'unverified', enough: false, evidence: [...proof.evidence, 'It bears your own address, but nothing proves that you sent it.'] }
  if (history || verifiedAt === null || verifiedAt > at) return { level: 'weak', enough: true, evidence: proof.evidence }
  const why = proof.temporary ? 'This address has proved itself before; this time it could not be checked.' : 'This address has proved itself before and does not now.'
  return { level: 'conflicting', enough: false, evidence: [...proof.evidence, why] }
}

/** What looks odd about a sender, in words. `namesake` is a friend who bears the same display name. */
export function warnings(sender: Sender, contact: Contact | undefined, namesake: { id: number, name: string } | undefined, quoted: { address: KnownAddress, friend: Contact } | undefined): string[] {
  const found: string[] = []
  if (namesake && namesake.id !== contact?.id) found.push(`It bears the name of your friend ${namesake.name}, but comes from an address that is not theirs.`)
  if (quoted && quoted.friend.id !== contact?.id) found.push(`It shows your friend's address ${quoted.address.address} as a name, but comes from somewhere else.`)
  if (sender.address === null && sender.raw !== '') found.push('Its sender is written in a way that can be read as more than one person, or as none.')
  return found
}

/** Addresses that a sender's header shows besides the one it is from. */
export function shownAddresses(sender: Sender): string[] {
  const found = `${sender.name ?? ''} ${sender.raw}`.slice(0, 2000).match(/[^\s<>()"',;:@[\]]+@[^\s<>()"',;:@[\]]+/g) ?? []
  return [...new Set(found.map((text) => text.toLowerCase()))].filter((text) => text !== sender.address).slice(0, 5)
}
