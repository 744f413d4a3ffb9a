import type { Address } from '../model/incoming.ts'
import type { Reader, Writer } from './tx.ts'

/** Whether one of the user's own addresses may write to another one. */
export type Reach = { own: string, peer: string, reachable: boolean, reason: string, at: number }

/** How an address is written in this table. */
export const reachKey = ({ kind, address }: Address): string => `${kind}:${address}`

/**
 * Notes STOP or START for a pair, however it became known. What is older than the state (by the network's time) changes nothing, since
 * webhook and poll may tell it in any order. True when it changed.
 */
export function setReach(tx: Writer, userId: number, { own, peer, reachable, reason, at }: { own: Address, peer: Address, reachable: boolean, reason: string, at: number }): boolean {
  const before = tx.get<{ reachable: number }>('SELECT reachable FROM reach WHERE user_id = ? AND own = ? AND peer = ?', userId, reachKey(own), reachKey(peer))
  const written = tx.run(
    `INSERT INTO reach (user_id, own, peer, reachable, reason, at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (user_id, own, peer) DO UPDATE SET reachable = excluded.reachable, reason = excluded.reason, at = excluded.at WHERE excluded.at >= reach.at`,
    userId, reachKey(own), reachKey(peer), Number(reachable), reason, at
  )
  return written > 0 && before?.reachable !== Number(reachable)
}

/** The pairs with these peers that may not be written to. */
export function unreachable(tx: Reader, userId: number, peers: Address[]): Reach[] {
  return tx.all<Omit<Reach, 'reachable'>>(
    'SELECT own, peer, reason, at FROM reach WHERE user_id = ? AND reachable = 0 AND peer IN (SELECT value FROM json_each(?))', userId, JSON.stringify(peers.map(reachKey))
  ).map((row) => ({ ...row, reachable: false }))
}
