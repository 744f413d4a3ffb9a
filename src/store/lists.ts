import type { Folder } from '../model/decision.ts'
import type { Reader } from './tx.ts'

const newest = 50

/** Who has signed what came of a list before a time (ms), newest first, at most fifty messages. */
export function signersOfList(tx: Reader, userId: number, listId: string, before: number): string[][] {
  return tx.all<{ signers: string | null }>(
    `SELECT m.signers FROM strand s JOIN message m ON m.strand_id = s.id WHERE s.user_id = ? AND s.key = 'list:' || ? AND m.received_at <= ? ORDER BY m.sort_at DESC, m.id DESC LIMIT ${newest}`, userId, listId, before)
    .map(({ signers }) => signers?.split(' ') ?? [])
}

/** Where a list's conversation lies; null: nothing has come of it. */
export function standingOfList(tx: Reader, userId: number, listId: string): Folder | null {
  return tx.get<{ folder: Folder }>("SELECT c.folder FROM strand s JOIN conversation c ON c.id = s.conversation_id WHERE s.user_id = ? AND s.key = 'list:' || ?", userId, listId)?.folder ?? null
}

/** Who has signed a message of a list. */
export function signersOfMessage(tx: Reader, id: number): string[] {
  return tx.get<{ signers: string | null }>('SELECT signers FROM message WHERE id = ?', id)?.signers?.split(' ') ?? []
}
