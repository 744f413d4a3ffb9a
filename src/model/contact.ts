import type { Wish } from './wish.ts'

export type NamedBy = 'nobody' | 'message' | 'user'

/** A contact as the store keeps it: who owns some addresses. */
export type Contact = {
  id: number
  name: string
  namedBy: NamedBy
  friend: boolean
  blocked: boolean
  /** Since when (ms); null: not blocked. */
  blockedAt: number | null
  notes: string | null
  /** What claims to be from them must be verified; weak proof does not suffice. */
  verifiedOnly: boolean
  /** Pictures of other servers are shown unasked, in messages that are verified to be theirs. */
  pictures: boolean
  /** How the user wants them to be answered; null: as it comes. */
  via: Wish | null
  redirectTo: number | null
  rev: number
}

/** An address that is known. Times are ms since the epoch; null: never. */
export type KnownAddress = {
  id: number
  kind: string
  address: string
  name: string | null
  contactId: number
  verifiedAt: number | null
  lastInAt: number | null
  lastOutAt: number | null
}
