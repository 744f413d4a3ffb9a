import type { Reader, Writer } from './tx.ts'

/** A decision of the user in the screener. `before` is JSON, for undo. Times in ms. */
export type ScreeningRow = { id: number, conversationId: number, decision: 'inbox' | 'stream' | 'deny' | 'block' | 'spam', scope: 'sender' | 'domain', stream: string | null, shown: string, before: string, at: number, undoneAt: number | null }

const columns = 'id, conversation_id AS conversationId, decision, scope, stream, shown, before, at, undone_at AS undoneAt'

/** How many wait for the user's word. */
export function countWaiting(tx: Reader, userId: number): number {
  return tx.get<{ n: number }>('SELECT count(*) AS n FROM conversation INDEXED BY conversation_waiting WHERE user_id = ? AND waiting = 1 AND blocked_at IS NULL AND redirect_to IS NULL AND archived_at IS NULL AND last_at > 0', userId)!.n
}

/** The conversations of those who wait, newest first, a page by key. */
export function listWaiting(tx: Reader, userId: number, { before, limit }: { before: { lastAt: number, id: number } | null, limit: number }): { id: number, lastAt: number }[] {
  return tx.all(
    `SELECT id, last_at AS lastAt FROM conversation INDEXED BY conversation_waiting WHERE user_id = ? AND (last_at, id) < (?, ?) AND waiting = 1 AND blocked_at IS NULL AND redirect_to IS NULL AND archived_at IS NULL AND last_at > 0
     ORDER BY last_at DESC, id DESC LIMIT ?`, userId, before?.lastAt ?? Number.MAX_SAFE_INTEGER, before?.id ?? Number.MAX_SAFE_INTEGER, limit)
}

/** Since when somebody waits (ms), and with how many messages. */
export function waitingSince(tx: Reader, conversationId: number): { since: number, messages: number } {
  return tx.get("SELECT min(m.sort_at) AS since, count(*) AS messages FROM strand s JOIN message m ON m.strand_id = s.id WHERE s.conversation_id = ? AND m.direction = 'in'", conversationId)!
}

export function insertScreening(tx: Writer, userId: number, { conversationId, decision, scope, stream, shown, before, at }: Omit<ScreeningRow, 'id' | 'undoneAt'>): number {
  const id = tx.nextId('screening')
  tx.run('INSERT INTO screening (id, user_id, conversation_id, decision, scope, stream, shown, before, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)', id, userId, conversationId, decision, scope, stream, shown, before, at)
  return id
}

/** undefined when the user has none of that id. */
export function getScreening(tx: Reader, userId: number, id: number): ScreeningRow | undefined {
  return tx.get<ScreeningRow>(`SELECT ${columns} FROM screening WHERE id = ? AND user_id = ?`, id, userId)
}

/** What was decided, newest first, before the key of the page before. */
export function listScreenings(tx: Reader, userId: number, { beforeId, limit }: { beforeId: number | null, limit: number }): ScreeningRow[] {
  return tx.all<ScreeningRow>(`SELECT ${columns} FROM screening WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?`, userId, beforeId ?? Number.MAX_SAFE_INTEGER, limit)
}

export function markUndone(tx: Writer, id: number, at: number): void {
  tx.run('UPDATE screening SET undone_at = ? WHERE id = ?', at, id)
}
