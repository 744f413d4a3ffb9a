import type { Reader, Writer } from './tx.ts'

/** The message that the network keeps at this place. */
export function messageAt(tx: Reader, accountId: number, remoteId: string): number | undefined {
  return tx.get<{ message_id: number }>('SELECT message_id FROM place WHERE account_id = ? AND remote_id = ?', accountId, remoteId)?.message_id
}

/** The places of a message, on any account. */
export function placesOf(tx: Reader, messageId: number): { accountId: number, remoteId: string, folder: string }[] {
  return tx.all('SELECT account_id AS accountId, remote_id AS remoteId, folder FROM place WHERE message_id = ?', messageId)
}

export function insertPlace(tx: Writer, accountId: number, remoteId: string, folder: string, messageId: number): void {
  tx.run('INSERT INTO place (account_id, remote_id, folder, message_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING', accountId, remoteId, folder, messageId)
}

/** Forgets one place; the message stays. */
export function forgetPlace(tx: Writer, accountId: number, remoteId: string): void {
  tx.run('DELETE FROM place WHERE account_id = ? AND remote_id = ?', accountId, remoteId)
}

/** Forgets every place in a folder: its numbers mean nothing any more. So rare that it looks through all places of the account. */
export function forgetFolder(tx: Writer, accountId: number, folder: string): void {
  tx.run('DELETE FROM place WHERE account_id = ? AND folder = ?', accountId, folder)
}
