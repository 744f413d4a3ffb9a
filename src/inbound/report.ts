import { domainOf } from '../model/address.ts'
import type { Address, Recipient, Sender } from '../model/incoming.ts'
import type { Proof } from '../model/proof.ts'

/** Who reports, as far as it is proven; null: the network itself does. */
export type Reporter = { sender: Sender, proof: Proof } | null

/**
 * Whether to believe what a report says about one recipient of a message. The id of a mail to one person is known to that person and the servers
 * on the way only. That of a mail to several is known to each of them, who could report about another: then only the recipient's own domain
 * or the user's own counts, and only where it is proven.
 */
export function isBelieved(reporter: Reporter, recipient: Address, all: Pick<Recipient, 'kind' | 'address'>[], own: readonly Address[]): boolean {
  if (reporter === null || new Set(all.map(({ kind, address }) => `${kind}:${address}`)).size <= 1) return true
  const { sender, proof } = reporter
  if (proof.level !== 'verified' || !sender.address?.includes('@')) return false
  const from = domainOf(sender.address)
  return [recipient, ...own].some(({ address }) => address.includes('@') && belongs(from, domainOf(address)))
}

/** One is the other, or lies below it. */
const belongs = (one: string, other: string): boolean => one === other || one.endsWith('.' + other) || (other.endsWith('.' + one) && one.includes('.'))
