import type { Conversation } from '../model/conversation.ts'
import type { ChangeList } from '../model/event.ts'
import { queueMarks } from '../store/marks.ts'
import type { Writer } from '../store/tx.ts'
import { change } from './change.ts'
import type { Context } from './context.ts'
import { ownConversation } from './find.ts'

/** Marks messages of a conversation by `fn`, and queues in the same transaction what the networks are to be told. `fn` gathers which ones, and returns how many. */
export async function mark(ctx: Context, id: string, seen: boolean, fn: (tx: Writer, changes: ChangeList, conversation: Conversation, ids: number[]) => number): Promise<{ marked: number }> {
  const accounts = await ctx.rooms.marks.accounts(ctx.userId)
  const { marked, waiting } = await change(ctx, (tx, changes, now) => {
    const conversation = ownConversation(tx, ctx.userId, id)
    const ids: number[] = []
    const marked = fn(tx, changes, conversation, ids)
    // Strangers do not learn that they were read.
    return { marked, waiting: queueMarks(tx, ids, seen, conversation.folder === 'inbox' && conversation.blockedAt === null ? accounts : { ...accounts, peer: [] }, now) }
  })
  for (const account of waiting) ctx.rooms.marks.wake(account)
  return { marked }
}
