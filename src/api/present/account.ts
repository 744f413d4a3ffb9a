import { publicId } from '../../model/ids.ts'
import type { AccountRow } from '../../store/accounts.ts'
import { gapsOf } from '../../store/gaps.ts'
import { identitiesOf } from '../../store/identities.ts'
import type { IdentityRow } from '../../store/identities.ts'
import type { Reader } from '../../store/tx.ts'
import type { Account, Identity } from '../objects.ts'
import { rfc3339 } from '../time.ts'

const time = (at: number | null) => at === null ? null : rfc3339(at)

/** An account as clients see it: never its settings. */
export function accountOf(tx: Reader, row: AccountRow): Account {
  return {
    id: publicId('account', row.id), kind: row.kind, name: row.name, addresses: identitiesOf(tx, row.id).map(({ kind, address, name }) => ({ kind, address, ...(name ? { name } : {}) })),
    status: row.status, error: row.error, backfill: row.backfill, gaps: gapsOf(tx, row.id).map(({ since, until, filledAt }) => ({ since: rfc3339(since), until: time(until), filledAt: time(filledAt) })), rev: row.rev
  }
}

/** An address of the user's own, as clients see it. */
export function identityOf({ id, kind, address, name, signature, accountId, rev }: IdentityRow): Identity {
  return { id: publicId('identity', id), kind, address, name, signature, accountId: accountId === null ? null : publicId('account', accountId), rev }
}
