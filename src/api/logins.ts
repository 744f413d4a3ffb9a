import type { LoginKind, LoginRow } from '../store/logins.ts'
import { getLogin, listLogins, revokeLogin } from '../store/logins.ts'
import { parseId, publicId } from '../model/ids.ts'
import type { Context } from './context.ts'
import { ApiError } from './errors.ts'
import type { Login } from './objects.ts'
import { rfc3339 } from './time.ts'

/** A login as the protocol shows it; never its secret. */
export function presentLogin(row: LoginRow, current: number): Login {
  const time = (ms: number | null) => (ms === null ? null : rfc3339(ms))
  return { id: publicId('session', row.id), kind: row.kind, name: row.name, createdAt: rfc3339(row.createdAt), usedAt: time(row.usedAt), expiresAt: time(row.expiresAt), current: row.id === current }
}

/** The user's logins of some kinds that are good now, newest first. */
export async function listed(ctx: Context, kinds: readonly LoginKind[]): Promise<Login[]> {
  const rows = await ctx.store.read(tx => listLogins(tx, ctx.userId, ctx.clock.now()))
  return rows.filter(row => kinds.includes(row.kind)).map(row => presentLogin(row, ctx.loginId))
}

/** Ends a login of one of these kinds, and its sockets. Throws ApiError not_found when the user has none of that id. */
export async function revoke(ctx: Context, publicLoginId: string, kinds: readonly LoginKind[]): Promise<void> {
  const id = parseId('session', publicLoginId)
  const row = id === null ? undefined : await ctx.store.read(tx => getLogin(tx, ctx.userId, id))
  if (!row || !kinds.includes(row.kind)) throw new ApiError('not_found', 'there is no such session or token')
  await revokeLogin(ctx.store, { userId: ctx.userId, id: row.id }, ctx.clock, userId => ctx.wakeup.notify(userId))
  ctx.revocations.publish(row.id, null)
}
