import type { Address, Named } from '../model/incoming.ts'
import type { Reader, Writer } from './tx.ts'

/** Who reacted to a message, and how; in the order of time. */
export function reactionsTo(tx: Reader, messageId: number): (Named & { emoji: string[] })[] {
  return tx.all<{ kind: string, address: string, name: string | null, emoji: string }>("SELECT kind, address, name, emoji FROM reaction WHERE message_id = ? AND emoji <> '[]' ORDER BY at, kind, address", messageId)
    .map(({ kind, address, name, emoji }) => ({ kind, address, ...(name ? { name } : {}), emoji: JSON.parse(emoji) as string[] }))
}

/** All that somebody thinks of a message from now on. False when they have said something newer, or just this. */
export function setReactions(tx: Writer, messageId: number, { kind, address, name }: Address & { name?: string | undefined }, emoji: string[], at: number): boolean {
  return tx.run(
    `INSERT INTO reaction (message_id, kind, address, name, emoji, at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (message_id, kind, address) DO UPDATE SET name = excluded.name, emoji = excluded.emoji, at = excluded.at WHERE excluded.at >= reaction.at AND excluded.emoji <> reaction.emoji`,
    messageId, kind, address, name ?? null, JSON.stringify(emoji), at
  ) > 0
}
