import type { Reader } from './tx.ts'

export type Recent = { id: number, sortAt: number, conversationId: number }

const among = `FROM json_each(?1) one CROSS JOIN strand s ON s.conversation_id = one.value CROSS JOIN message m ON m.strand_id = s.id AND m.sort_at >= ?2`
const page = `SELECT m.id, m.sort_at AS sortAt, s.conversation_id AS conversationId ${among} AND m.sort_at <= ?3 WHERE (m.sort_at, m.id) < (?3, ?4) ORDER BY m.sort_at DESC, m.id DESC LIMIT ?5`

/** How many messages there are in these conversations since a time (ms), by the index of each strand. */
export function countRecent(tx: Reader, conversationIds: number[], since: number): number {
  return tx.get<{ n: number }>(`SELECT count(*) AS n ${among}`, JSON.stringify(conversationIds), since)!.n
}

/** A page of them, the newest first, after the last one of the page before. */
export function listRecent(tx: Reader, conversationIds: number[], since: number, { before, limit }: { before: { sortAt: number, id: number } | null, limit: number }): Recent[] {
  return tx.all(page, JSON.stringify(conversationIds), since, before?.sortAt ?? Number.MAX_SAFE_INTEGER, before?.id ?? Number.MAX_SAFE_INTEGER, limit)
}
