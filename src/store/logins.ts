import { createHash, randomBytes } from 'node:crypto'
import { Login } from './entities.ts'
import { recordChange } from './events.ts'
import type { Clock } from './given.ts'
import { Refusal } from './refusal.ts'
import type { Store } from './store.ts'
import type { Reader, Writer } from './tx.ts'

export type LoginKind = 'token' | 'session'
export type LoginRow = { id: number, userId: number, kind: LoginKind, name: string, createdAt: number, usedAt: number | null, expiresAt: number | null, revokedAt: number | null, rev: number }

const columns = 'id, user_id AS userId, kind, name, created_at AS createdAt, used_at AS usedAt, expires_at AS expiresAt, revoked_at AS revokedAt, rev'

/** `used_at` is written once in so many ms, not at every use. */
const useInterval = 15 * 60_000

/**
 * A token or a browser's session. `secret` (256 random bits) is told only here: its SHA-256 is stored. A plain hash
 * is enough for it, since nobody guesses 256 bits. `expiresAt` in ms; without it the login lasts until it is revoked.
 */
export async function createLogin(store: Store, login: { userId: number, kind: LoginKind, name: string, expiresAt?: number }, clock: Clock, notify: (userId: number) => void = () => undefined): Promise<{ id: number, secret: string }> {
  const secret = 'kbx_' + randomBytes(32).toString('base64url')
  const id = await recordChange({ store, clock, notify }, login.userId, async (em, tx, changes) => {
    const id = tx.nextId('login')
    em.persist(em.create(Login, {
      id, userId: login.userId, kind: login.kind, name: login.name, hash: hashOf(secret), createdAt: clock.now(), usedAt: null, expiresAt: login.expiresAt ?? null, revokedAt: null, rev: 1
    }))
    changes.add('session.changed', id, 1)
    return id
  })
  return { id, secret }
}

/** Whose secret this is, or null when it is unknown, revoked or expired at `now` (ms). */
export function findLogin(tx: Reader, secret: string, now: number): { id: number, userId: number, kind: LoginKind } | null {
  const row = tx.get<{ id: number, userId: number, kind: LoginKind }>(
    'SELECT id, user_id AS userId, kind FROM login WHERE hash = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)', hashOf(secret), now)
  return row ?? null
}

/** The same login by its id, e.g. when a socket's ticket is redeemed; null when it is no longer good. */
export function loginById(tx: Reader, id: number, now: number): { id: number, userId: number, kind: LoginKind } | null {
  const row = tx.get<{ id: number, userId: number, kind: LoginKind }>(
    'SELECT id, user_id AS userId, kind FROM login WHERE id = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)', id, now)
  return row ?? null
}

/** The user's logins that are neither revoked nor expired, newest first. */
export function listLogins(tx: Reader, userId: number, now: number): LoginRow[] {
  return tx.all<LoginRow>(`SELECT ${columns} FROM login WHERE user_id = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?) ORDER BY id DESC`, userId, now)
}

/** One login of the user, revoked and expired ones too. */
export function getLogin(tx: Reader, userId: number, id: number): LoginRow | undefined {
  return tx.get<LoginRow>(`SELECT ${columns} FROM login WHERE id = ? AND user_id = ?`, id, userId)
}

/** Notes that a login was used; no event. It writes at most once in a quarter of an hour. */
export function touchLogin(tx: Writer, id: number, now: number): void {
  tx.run('UPDATE login SET used_at = ? WHERE id = ? AND (used_at IS NULL OR used_at < ?)', now, id, now - useInterval)
}

/** Ends a login at once. Revoking it again changes nothing. Throws Refusal not_found when the user has none of that id. */
export async function revokeLogin(store: Store, { userId, id }: { userId: number, id: number }, clock: Clock, notify: (userId: number) => void = () => undefined): Promise<void> {
  await recordChange({ store, clock, notify }, userId, async (em, _tx, changes) => {
    const login = await em.findOne(Login, { id, userId })
    if (!login) throw new Refusal('not_found', 'There is no such session or token.')
    if (login.revokedAt !== null) return
    login.revokedAt = clock.now()
    login.rev++
    changes.add('session.changed', id, login.rev)
  })
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
