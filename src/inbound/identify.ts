import type { Proof, ProofLevel } from '../model/proof.ts'

/** `pending`: it is looked at again, since DNS may answer later. */
export type Judged = { level: ProofLevel, enough: boolean, evidence: string[], pending?: true }

/**
 * Whether a proof suffices for this sender: verified does; weak does where nothing contradicts it. An address that proved
 * itself before and does not now is contradicted, but for history, which is judged by what it carries. Nobody but the user
 * writes from the user's own addresses, and what they send is found among what was sent: from outside, only proof counts. `wait`: there was no answer
 * yet, and it is asked for again. `strict`: the user wants nobody here who is not verified.
 */
export function judge(proof: Proof, { verifiedAt, at, history, own, wait = false, strict = false }: { verifiedAt: number | null, at: number, history: boolean, own: boolean, wait?: boolean, strict?: boolean }): Judged {
  if (wait) return { level: 'unverified', enough: false, pending: true, evidence: [...proof.evidence, 'Kinbox tries again for ten minutes.'] }
  if (proof.level !== 'weak') return { level: proof.level, enough: proof.level === 'verified', evidence: proof.evidence }
  if (own) return { level: 'unverified', enough: false, evidence: [...proof.evidence, 'It bears your own address, but nothing proves that you sent it.'] }
  if (strict) return { level: 'weak', enough: false, evidence: [...proof.evidence, 'You ask for wholly proven senders here, and this one is not.'] }
  if (history || verifiedAt === null || verifiedAt > at) return { level: 'weak', enough: true, evidence: proof.evidence }
  if (proof.temporary) return { level: 'unverified', enough: false, evidence: [...proof.evidence, 'This address has proved itself before; this time it could not be checked.'] }
  return { level: 'conflicting', enough: false, evidence: [...proof.evidence, 'This address has proved itself before and does not now.'] }
}
