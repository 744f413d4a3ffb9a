import { domainOf } from '../model/address.ts'
import type { Folder } from '../model/decision.ts'
import type { Reader } from './tx.ts'

const newest = 50

type Signed = { signers: string | null, proven: string | null }
const signed = "m.signers, CASE WHEN m.signers IS NULL AND m.proof = 'verified' THEN json_extract(m.sender, '$.address') END AS proven"

/** Earlier versions did not note who had signed: what they found verified was sent by its sender's domain. */
const signersIn = ({ signers, proven }: Signed): string[] => signers?.split(' ') ?? (proven?.includes('@') ? [domainOf(proven)] : [])

/** Who has signed what came of a list before a time (ms), newest first, at most fifty messages. */
export function signersOfList(tx: Reader, userId: number, listId: string, before: number): string[][] {
  return tx.all<Signed>(
    `SELECT ${signed} FROM strand s JOIN message m ON m.strand_id = s.id WHERE s.user_id = ? AND s.key = 'list:' || ? AND m.received_at <= ? ORDER BY m.sort_at DESC, m.id DESC LIMIT ${newest}`, userId, listId, before)
    .map(signersIn)
}

/** Where a list's conversation lies; null: nothing has come of it. */
export function standingOfList(tx: Reader, userId: number, listId: string): Folder | null {
  return tx.get<{ folder: Folder }>("SELECT c.folder FROM strand s JOIN conversation c ON c.id = s.conversation_id WHERE s.user_id = ? AND s.key = 'list:' || ?", userId, listId)?.folder ?? null
}

/** Who has signed a message of a list. */
export function signersOfMessage(tx: Reader, id: number): string[] {
  const row = tx.get<Signed>(`SELECT ${signed} FROM message m WHERE m.id = ?`, id)
  return row ? signersIn(row) : []
}
