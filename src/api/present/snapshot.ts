import type { Folder } from '../../model/decision.ts'
import { listAccounts } from '../../store/accounts.ts'
import { listConversations } from '../../store/conversations.ts'
import type { Reader } from '../../store/tx.ts'
import { pageOf } from '../cursor.ts'
import type { Snapshot } from '../snapshot.ts'
import { accountOf } from './account.ts'
import { conversationsOf } from './conversation.ts'
import { countsOf } from './render.ts'

const firstPage = 50

/** What a client shows first; both windows together stay under a frame. */
export function snapshot(tx: Reader, userId: number): Snapshot {
  const window = (folder: Folder) => {
    const rows = listConversations(tx, userId, { folder, archived: false, before: null, limit: firstPage + 1 })
    return pageOf(rows, firstPage, conversationsOf(tx, userId, rows), ({ lastAt, id }) => [lastAt, id], 400_000)
  }
  return { counts: countsOf(tx, userId), accounts: listAccounts(tx, userId).map((row) => accountOf(tx, row)), windows: { inbox: window('inbox'), other: window('other') } }
}
