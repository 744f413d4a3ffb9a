import type { Client } from '#client'

const limit = 200
/** Whoever has more than so many thousands unread does not read them one by one. */
const mostPages = 25

/**
 * The oldest unread message before a message of a conversation, of which `missing` are said to be there; null where there is none.
 * Bodies are left out. Rejects as `message.list` does.
 */
export async function firstUnreadBefore(client: Client, conversationId: string, before: string, missing: number): Promise<string | null> {
  let first: string | null = null
  let cursor: string | undefined
  for (let pages = 0; pages < mostPages && missing > 0; pages++) {
    const { items, nextCursor } = await client.call('message.list', { conversationId, before, limit, bodyMaxBytes: 0, ...(cursor === undefined ? {} : { cursor }) })
    for (const { id, direction, seen } of items) {
      if (direction !== 'in' || seen) continue
      first = id
      missing--
    }
    if (nextCursor === null) break
    cursor = nextCursor
  }
  return first
}
