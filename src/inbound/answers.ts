import type { IncomingMessage } from '../model/incoming.ts'
import type { Proof } from '../model/proof.ts'
import { getBody, withMessageId } from '../store/messages.ts'
import type { Reader } from '../store/tx.ts'

const mostReferences = 20

/**
 * Knowing a secret helps a little: whoever refers to a mail that the user sent to that very address, and to nobody else, knows an id that cannot be
 * guessed. That makes weak of unverified, and nothing more of anything.
 */
export function withSecret(tx: Reader, userId: number, { sender: { kind, address }, references }: IncomingMessage, proof: Proof): Proof {
  if (proof.level !== 'unverified' || address === null) return proof
  const known = references.slice(-mostReferences).some((id) => withMessageId(tx, userId, id).some((mine) => {
    if (mine.direction !== 'out') return false
    const { recipients } = getBody(tx, mine.id)
    return recipients.length > 0 && recipients.every((one) => one.kind === kind && one.address === address)
  }))
  return known ? { ...proof, level: 'weak', evidence: [...proof.evidence, 'It answers a mail of yours that went to this address only.'] } : proof
}
