import type { RemoteId } from './ids.ts'
import type { Address } from './incoming.ts'

/** What an address book and Kinbox both know of somebody. */
export type BookCard = { name: string, addresses: Address[], notes: string | null }

/** What is to be written into an address book: what both had last (`base`), and what is to be there now; null: nobody any more. Without a remoteId they are new there. */
export type CardChange = { remoteId?: RemoteId, version?: string, base: BookCard | null, card: BookCard | null }

const same = (one: Address, other: Address) => one.kind === other.kind && one.address === other.address
const has = (card: BookCard | null, address: Address) => card?.addresses.some((one) => same(one, address)) === true

/** Whether two say the same. */
export function sameCard(one: BookCard, other: BookCard): boolean {
  return one.name === other.name && (one.notes ?? '') === (other.notes ?? '') && one.addresses.length === other.addresses.length && one.addresses.every((address) => has(other, address))
}

/**
 * What a card is after it was changed in both places since `base` (null: both are new to each other). What only one side has changed
 * is as that side has it. Nothing is lost where both have: the name is as it is here, and the other is noted; both notes stand;
 * an address that one side gave stays, and one that either took away is gone.
 */
export function mergeCards(base: BookCard | null, here: BookCard, there: BookCard): BookCard {
  const both = <T>(was: T, one: T, other: T, clash: T): T => one === other || was === other ? one : was === one ? other : clash
  const name = both(base?.name ?? '', here.name, there.name, here.name)
  const [was, mine, theirs] = [base?.notes ?? '', here.notes ?? '', there.notes ?? '']
  const notes = both(was, mine, theirs, [mine, theirs].filter((text) => text !== '').join('\n\n'))
  const also = name !== there.name && there.name !== '' && there.name !== (base?.name ?? '') && !notes.includes(there.name) ? `Also called ${there.name}` : ''
  const all = [...here.addresses, ...there.addresses.filter((address) => !has(here, address))]
  const addresses = all.filter((address) => has(here, address) && has(there, address) || !has(base, address))
  return { name, addresses, notes: [notes, also].filter((text) => text !== '').join('\n\n').slice(0, 20_000) || null }
}
