import { createHash } from 'node:crypto'

/** Private characters: `indexable` lets none of them through, so no text can pretend to be a tag. */
const sign = '\ue000'
const other = '\ue001'

/** What a tag says of a message. `from` and `to` name an address, whoever it belongs to now. */
export type TagKind = 'all' | 'strand' | 'channel' | 'direction' | 'has' | 'is' | 'from' | 'to' | 'named' | 'friend' | 'blocked'

const letters: Record<TagKind, string> = { all: 'a', strand: 's', channel: 'c', direction: 'd', has: 'h', is: 'i', from: 'f', to: 't', named: 'n', friend: 'r', blocked: 'b' }

/** One word of the index that says something of a message besides its texts. */
export function tag(kind: TagKind, value: string | number = ''): string {
  return sign + letters[kind] + String(value).toLowerCase().replace(/[^a-z0-9]/g, other)
}

/** An address as a tag's value: always of one length, and the same only for the same address. */
export function addressKey({ kind, address }: { kind: string, address: string }): string {
  return createHash('sha256').update(`${kind}:${address}`).digest('hex').slice(0, 20)
}
