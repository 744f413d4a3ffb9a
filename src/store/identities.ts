import type { EntityManager } from '@mikro-orm/sqlite'
import type { ChangeList } from '../model/event.ts'
import type { Address, Named } from '../model/incoming.ts'
import { Identity } from './entities.ts'
import { recordChange } from './events.ts'
import type { Recording } from './events.ts'
import { Refusal } from './refusal.ts'
import type { Reader, Writer } from './tx.ts'

/** An address of the user's own. `accountId` null: added by hand, e.g. an alias that is forwarded. */
export type IdentityRow = { id: number, userId: number, accountId: number | null, kind: string, address: string, name: string | null, signature: string | null, rev: number }

const columns = 'id, user_id AS userId, account_id AS accountId, kind, address, name, signature, rev'

/** All addresses of the user's own, in the order they were added. */
export function listIdentities(tx: Reader, userId: number): IdentityRow[] {
  return tx.all<IdentityRow>(`SELECT ${columns} FROM identity WHERE user_id = ? ORDER BY id`, userId)
}

/** One of them; undefined when the user has none of that id. */
export function getIdentity(tx: Reader, userId: number, id: number): IdentityRow | undefined {
  return tx.get<IdentityRow>(`SELECT ${columns} FROM identity WHERE id = ? AND user_id = ?`, id, userId)
}

/** Those of one account, oldest first. */
export function identitiesOf(tx: Reader, accountId: number): IdentityRow[] {
  return tx.all<IdentityRow>(`SELECT ${columns} FROM identity WHERE account_id = ? ORDER BY id`, accountId)
}

/** Whether the address (canonical) is the user's own. */
export function isOwn(tx: Reader, userId: number, { kind, address }: Address): boolean {
  return tx.get('SELECT 1 FROM identity WHERE user_id = ? AND kind = ? AND address = ?', userId, kind, address) !== undefined
}

/**
 * Makes an account's own addresses (canonical) the user's identities, in the caller's transaction. One that exists keeps
 * its name and signature; one that no account carries is taken over. Those the account no longer has stay, without account.
 */
export function ownAddresses(tx: Writer, changes: ChangeList, userId: number, accountId: number, own: readonly Named[]): void {
  const wanted = new Set(own.map(({ kind, address }) => kind + ' ' + address))
  for (const identity of identitiesOf(tx, accountId)) {
    if (wanted.has(identity.kind + ' ' + identity.address)) continue
    tx.run('UPDATE identity SET account_id = NULL, rev = rev + 1 WHERE id = ?', identity.id)
    changes.add('identity.changed', identity.id, identity.rev + 1)
  }
  for (const { kind, address, name } of own) {
    const known = tx.get<IdentityRow>(`SELECT ${columns} FROM identity WHERE user_id = ? AND kind = ? AND address = ?`, userId, kind, address)
    if (!known) {
      const id = tx.nextId('identity')
      tx.run('INSERT INTO identity (id, user_id, account_id, kind, address, name) VALUES (?, ?, ?, ?, ?, ?)', id, userId, accountId, kind, address, name ?? null)
      changes.add('identity.changed', id, 1)
    } else if (known.accountId === null) {
      tx.run('UPDATE identity SET account_id = ?, name = coalesce(name, ?), rev = rev + 1 WHERE id = ?', accountId, name ?? null, known.id)
      changes.add('identity.changed', known.id, known.rev + 1)
    }
  }
}

/** Adds an address of the user's own (canonical), or changes its name and signature; null takes them away, absent leaves them. Throws Refusal conflict when the user has it already, or when it changed since `ifRev`. */
export async function putIdentity(at: Recording, userId: number, identity: { id: number, name?: string | null, signature?: string | null, ifRev?: number } | (Address & { id?: undefined, name?: string | null, signature?: string | null })): Promise<number> {
  return recordChange(at, userId, async (em, tx, changes) => {
    if (identity.id === undefined) return addIdentity(em, tx, changes, userId, identity)
    const found = await em.findOne(Identity, { id: identity.id, userId })
    if (!found) throw new Refusal('not_found', 'There is no such address of your own.')
    if (identity.ifRev !== undefined && identity.ifRev !== found.rev) throw new Refusal('conflict', 'This address was changed meanwhile. Look at it as it is now, and try again.', getIdentity(tx, userId, identity.id))
    if (identity.name !== undefined) found.name = identity.name
    if (identity.signature !== undefined) found.signature = identity.signature
    found.rev++
    changes.add('identity.changed', found.id, found.rev)
    // An account shows its addresses with their names.
    if (identity.name !== undefined && found.accountId) accountShows(tx, changes, found.accountId)
    return found.id
  })
}

/** Takes an address of the user's own away. Throws Refusal: not_found; conflict when an account still has it. */
export async function deleteIdentity(at: Recording, userId: number, id: number): Promise<void> {
  await recordChange(at, userId, async (em, _tx, changes) => {
    const found = await em.findOne(Identity, { id, userId })
    if (!found) throw new Refusal('not_found', 'There is no such address of your own.')
    if (found.accountId !== null) throw new Refusal('conflict', 'This address belongs to an account. Remove the account, or change its settings.')
    em.remove(found)
    changes.add('identity.removed', id, found.rev + 1)
  })
}

function accountShows(tx: Writer, changes: ChangeList, accountId: number): void {
  const row = tx.get<{ rev: number }>('UPDATE account SET rev = rev + 1 WHERE id = ? AND removed_at IS NULL RETURNING rev', accountId)
  if (row) changes.add('account.changed', accountId, row.rev)
}

function addIdentity(em: EntityManager, tx: Writer, changes: ChangeList, userId: number, { kind, address, name, signature }: Address & { name?: string | null, signature?: string | null }): number {
  if (isOwn(tx, userId, { kind, address })) throw new Refusal('conflict', 'This address is one of your own already.')
  const id = tx.nextId('identity')
  em.persist(em.create(Identity, { id, userId, accountId: null, kind, address, name: name ?? null, signature: signature ?? null, rev: 1 }))
  changes.add('identity.changed', id, 1)
  return id
}
