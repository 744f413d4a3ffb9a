import type { Reader, Writer } from './tx.ts'

export type ClientWrite = { method: string, digest: Uint8Array, object: number }

/** What this user's client asked for under this id; undefined: nothing in the last 30 days. */
export function findClientWrite(tx: Reader, userId: number, clientId: string): ClientWrite | undefined {
  return tx.get<ClientWrite>('SELECT method, digest, object FROM client_write WHERE user_id = ? AND client_id = ?', userId, clientId)
}

export function insertClientWrite(tx: Writer, userId: number, clientId: string, { method, digest, object }: ClientWrite, now: number): void {
  tx.run('INSERT INTO client_write (user_id, client_id, method, digest, object, at) VALUES (?, ?, ?, ?, ?, ?)', userId, clientId, method, digest, object, now)
}
