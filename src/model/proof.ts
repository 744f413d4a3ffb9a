/** How well a message proves who sent it. */
export type ProofLevel = 'verified' | 'weak' | 'unverified' | 'conflicting'

/** A proof and what it rests on. `evidence` is shown to the user: short sentences, no secrets. */
export type Proof = {
  level: ProofLevel
  evidence: string[]
  /** The lookup failed for now (DNS silent): the answer may be another one later. */
  temporary?: boolean
  /** Names of header fields, in lower case, that nobody can have changed or added since the sender signed them. */
  covers?: string[]
  /** Domains whose signatures are sound, in lower case, whatever they have to do with the sender. */
  signers?: string[]
}
