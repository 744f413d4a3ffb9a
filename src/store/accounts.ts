import { randomBytes } from 'node:crypto'
import type { ChangeList } from '../model/event.ts'
import type { Lane, Named } from '../model/incoming.ts'
import { Account } from './entities.ts'
import { recordChange } from './events.ts'
import type { Recording } from './events.ts'
import { ownAddresses } from './identities.ts'
import { Refusal } from './refusal.ts'
import type { Seal } from './seal.ts'
import type { Reader, Writer } from './tx.ts'

export type AccountStatus = 'connecting' | 'live' | 'retrying' | 'login-needed' | 'stopped'
export type AccountError = { code: string, text: string }

/** Without its settings, which stay sealed: see accountSettings. Times in ms. */
export type AccountRow = {
  id: number
  userId: number
  kind: string
  name: string
  /** The secret part of its webhook path. */
  hook: string
  status: AccountStatus
  error: AccountError | null
  cursors: { live: string | null, history: string | null }
  historyDone: boolean
  backfill: { done: number, total: number } | null
  createdAt: number
  rev: number
}

type Columns = {
  id: number, user_id: number, kind: string, name: string, hook: string, status: AccountStatus, error: string | null, cursor_live: string | null, cursor_history: string | null,
  history_done: number, backfill: string | null, created_at: number, rev: number
}

const columns = 'id, user_id, kind, name, hook, status, error, cursor_live, cursor_history, history_done, backfill, created_at, rev'

const rowOf = (row: Columns): AccountRow => ({
  id: row.id, userId: row.user_id, kind: row.kind, name: row.name, hook: row.hook, status: row.status, error: row.error === null ? null : JSON.parse(row.error) as AccountError,
  cursors: { live: row.cursor_live, history: row.cursor_history }, historyDone: row.history_done === 1,
  backfill: row.backfill === null ? null : JSON.parse(row.backfill) as { done: number, total: number }, createdAt: row.created_at, rev: row.rev
})

/** An account that is not removed; undefined when the user has none of that id. */
export function getAccount(tx: Reader, userId: number, id: number): AccountRow | undefined {
  const row = tx.get<Columns>(`SELECT ${columns} FROM account WHERE id = ? AND user_id = ? AND removed_at IS NULL`, id, userId)
  return row && rowOf(row)
}

/** Whoever's it is: for the server's own work, never for a request of a user. */
export function accountById(tx: Reader, id: number): AccountRow | undefined {
  const row = tx.get<Columns>(`SELECT ${columns} FROM account WHERE id = ? AND removed_at IS NULL`, id)
  return row && rowOf(row)
}

/** The account whose webhook path has this secret. */
export function accountByHook(tx: Reader, hook: string): AccountRow | undefined {
  const row = tx.get<Columns>(`SELECT ${columns} FROM account WHERE hook = ? AND removed_at IS NULL`, hook)
  return row && rowOf(row)
}

/** The user's accounts that are not removed, in the order they were added. */
export function listAccounts(tx: Reader, userId: number): AccountRow[] {
  return tx.all<Columns>(`SELECT ${columns} FROM account WHERE user_id = ? AND removed_at IS NULL ORDER BY id`, userId).map(rowOf)
}

/** Of all users: what the server opens when it starts. */
export function allAccounts(tx: Reader): AccountRow[] {
  return tx.all<Columns>(`SELECT ${columns} FROM account WHERE removed_at IS NULL ORDER BY id`).map(rowOf)
}

/** The settings in the clear. Throws SealError when they cannot be opened. */
export function accountSettings<Settings>(tx: Reader, seal: Seal, id: number): Settings {
  const row = tx.get<{ hook: string, settings: Uint8Array }>('SELECT hook, settings FROM account WHERE id = ? AND removed_at IS NULL', id)
  if (!row) throw new Refusal('not_found', 'There is no such account.')
  return seal.open<Settings>(row.settings, boundTo(row.hook))
}

export type NewAccount = {
  userId: number
  /** The connector's name. */
  kind: string
  name: string
  /** Checked against the connector's schema by the caller. */
  settings: unknown
  /** What the settings make the user's own, canonical: they become identities. */
  own: readonly Named[]
}

/** Adds an account, and returns its id. Its settings are sealed before they are written. `check` looks first, in the same transaction; when it throws, nothing is added. */
export async function createAccount(at: Recording, seal: Seal, account: NewAccount, check: (tx: Reader) => void = () => undefined): Promise<number> {
  const { userId, kind, name, own } = account
  const hook = randomBytes(24).toString('base64url')
  const settings = Buffer.from(seal.close(account.settings, boundTo(hook)))
  return recordChange(at, userId, async (em, tx, changes) => {
    check(tx)
    const id = tx.nextId('account')
    em.persist(em.create(Account, {
      id, userId, kind, name, settings, hook, status: 'connecting', error: null, cursorLive: null, cursorHistory: null, historyDone: false, backfill: null, createdAt: at.clock.now(), removedAt: null, rev: 1
    }))
    await em.flush()
    changes.add('account.changed', id, 1)
    ownAddresses(tx, changes, userId, id, own)
    return id
  })
}

/**
 * Changes an account's name or settings (with what they make the user's own). Cursors stay.
 * Throws Refusal: not_found, or conflict with the row as it is when it changed since `ifRev`.
 */
export async function changeAccount(at: Recording, seal: Seal, change: { userId: number, id: number, ifRev?: number, name?: string, settings?: { value: unknown, own: readonly Named[] } }): Promise<void> {
  const { userId, id, ifRev, name, settings } = change
  await recordChange(at, userId, async (em, tx, changes) => {
    const account = await em.findOne(Account, { id, userId, removedAt: null })
    if (!account) throw new Refusal('not_found', 'There is no such account.')
    if (ifRev !== undefined && ifRev !== account.rev) throw new Refusal('conflict', 'This account was changed meanwhile. Look at it as it is now, and try again.', getAccount(tx, userId, id))
    if (name !== undefined) account.name = name
    if (settings) account.settings = Buffer.from(seal.close(settings.value, boundTo(account.hook)))
    account.rev++
    await em.flush()
    changes.add('account.changed', id, account.rev)
    if (settings) ownAddresses(tx, changes, userId, id, settings.own)
  })
}

/** Takes an account away: its messages stay, its secrets and cursors go, its addresses remain the user's own. Throws Refusal not_found. */
export async function removeAccount(at: Recording, { userId, id }: { userId: number, id: number }): Promise<void> {
  await recordChange(at, userId, async (em, tx, changes) => {
    const account = await em.findOne(Account, { id, userId, removedAt: null })
    if (!account) throw new Refusal('not_found', 'There is no such account.')
    Object.assign(account, { removedAt: at.clock.now(), settings: Buffer.alloc(0), status: 'stopped', error: null, cursorLive: null, cursorHistory: null, backfill: null, rev: account.rev + 1 })
    await em.flush()
    changes.add('account.removed', id, account.rev)
    ownAddresses(tx, changes, userId, id, [])
  })
}

/** In the caller's transaction. No event when nothing changes. */
export function setAccountStatus(tx: Writer, changes: ChangeList, id: number, status: AccountStatus, error: AccountError | null): void {
  const text = error && JSON.stringify(error)
  const row = tx.get<{ rev: number }>(
    'UPDATE account SET status = ?, error = ?, rev = rev + 1 WHERE id = ? AND removed_at IS NULL AND (status IS NOT ? OR error IS NOT ?) RETURNING rev', status, text, id, status, text)
  if (row) changes.add('account.changed', id, row.rev)
}

/** A transaction of its own; see setAccountStatus. */
export async function updateStatus(at: Recording, { userId, id, status, error }: { userId: number, id: number, status: AccountStatus, error: AccountError | null }): Promise<void> {
  await recordChange(at, userId, async (_em, tx, changes) => setAccountStatus(tx, changes, id, status, error))
}

/** How far a lane has come, in the transaction that stores what it handed over. Not shown to anybody, so no event. */
export function setCursor(tx: Writer, id: number, lane: Lane, cursor: string): void {
  if (lane === 'live') tx.run('UPDATE account SET cursor_live = ? WHERE id = ?', cursor, id)
  else tx.run('UPDATE account SET cursor_history = ? WHERE id = ?', cursor, id)
}

/** Both lanes begin again. */
export function forgetCursors(tx: Writer, id: number): void {
  tx.run('UPDATE account SET cursor_live = NULL, cursor_history = NULL, history_done = 0, backfill = NULL WHERE id = ?', id)
}

/** Where the backfill stands; `finished`: all of it has been handed over, and the next open need not ask again. */
export function setBackfill(tx: Writer, changes: ChangeList, id: number, progress: { done: number, total: number } | null, finished: boolean): void {
  const text = progress && JSON.stringify(progress)
  const done = finished ? 1 : 0
  const row = tx.get<{ rev: number }>(
    'UPDATE account SET backfill = ?, history_done = ?, rev = rev + 1 WHERE id = ? AND removed_at IS NULL AND (backfill IS NOT ? OR history_done <> ?) RETURNING rev', text, done, id, text, done)
  if (row) changes.add('account.changed', id, row.rev)
}

/** Sealed settings open only in their own row. */
function boundTo(hook: string): string {
  return 'account ' + hook
}
