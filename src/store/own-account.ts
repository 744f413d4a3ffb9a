import { randomBytes } from 'node:crypto'
import type { Reader, Writer } from './tx.ts'

/** What the account is called that Kinbox itself writes by. It is no connector's name. */
export const ownKind = 'kinbox'

function ownAccount(tx: Reader, userId: number): number | undefined {
  return tx.get<{ id: number }>('SELECT id FROM account WHERE user_id = ? AND kind = ?', userId, ownKind)?.id
}

/**
 * The account by which Kinbox itself writes to a user, made on first use. It is removed from the start: nobody sees, opens or sends by it, and its messages
 * stay. Returns its id.
 */
export function ensureOwnAccount(tx: Writer, userId: number, now: number): number {
  const known = ownAccount(tx, userId)
  if (known !== undefined) return known
  const id = tx.nextId('account')
  tx.run(
    "INSERT INTO account (id, user_id, kind, name, settings, hook, status, created_at, removed_at) VALUES (?, ?, ?, 'Kinbox', ?, ?, 'stopped', ?, ?)",
    id, userId, ownKind, new Uint8Array(0), randomBytes(24).toString('base64url'), now, now)
  return id
}

export function insertDigest(tx: Writer, messageId: number, content: object): void {
  tx.run('UPDATE message_body SET digest = ? WHERE message_id = ?', JSON.stringify(content), messageId)
}
