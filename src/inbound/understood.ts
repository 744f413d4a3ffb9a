import { hash } from 'node:crypto'
import type { Incoming, IncomingMessage } from '../model/incoming.ts'
import type { Proof } from '../model/proof.ts'
import { packRaw } from '../store/raws.ts'
import type { PackedRaw } from '../store/raws.ts'

/** A message with the digests that it is compared by, and its attachments with what is in them. */
export type UnderstoodMessage = { message: IncomingMessage, digest: Uint8Array, senderDigest: string }

/** All that can be computed from the bytes of one arrival without looking at the database. `proof` undefined: nobody has asked for it yet. */
export type Understood = { raw: PackedRaw, items: (UnderstoodMessage | Exclude<Incoming, IncomingMessage>)[], proof?: Proof | null }

/** What bytes and the words in them come to. Pure, and most of the work of taking in a mail: a worker does it where there are many. */
export function understood(raw: Uint8Array, incoming: Incoming[]): Understood {
  return { raw: packRaw(hash('sha256', raw, 'buffer'), raw), items: incoming.map((item) => item.type === 'message' ? compared(item) : item) }
}

/** RFC 3339 ends with the year 9999; what the sender says beyond is no time. */
const lastTime = Date.UTC(9999, 11, 31)

/** The same mail in two places has the same digest, also where an earlier version folded other lines of it as quoted. */
export function compared({ sentAt, ...said }: IncomingMessage): UnderstoodMessage {
  const message: IncomingMessage = typeof sentAt === 'number' && sentAt >= 0 && sentAt <= lastTime ? { ...said, sentAt: Math.trunc(sentAt) } : said
  return { message, digest: digestOf(message), senderDigest: hash('sha256', message.sender.raw, 'hex') }
}

/** What a mail is compared by; of one that was stored it can be made again. */
export function digestOf({ sender, sentAt, subject, text, quoted }: { sender: { raw: string }, sentAt?: number | null, subject?: string | null, text: string, quoted?: string | null }): Uint8Array {
  return hash('sha256', JSON.stringify([sender.raw, sentAt ?? null, subject || null, linesOf(text, quoted ?? '')]), 'buffer')
}

/** What stands in a message, whatever of it is folded: its lines in an order that does not depend on where they lie. */
function linesOf(text: string, quoted: string): string[] {
  const lines: string[] = []
  for (const part of [text, quoted]) {
    for (let at = 0; at < part.length;) {
      const newline = part.indexOf('\n', at)
      const end = newline < 0 ? part.length : newline
      const line = part.slice(at, end).trim()
      if (line !== '') lines.push(line)
      at = end + 1
    }
  }
  return lines.sort()
}

/** Whether anybody has to prove who sent it. */
export function provable(items: readonly (UnderstoodMessage | Exclude<Incoming, IncomingMessage>)[]): boolean {
  return items.some((item) => 'message' in item ? item.message.direction === 'in' && item.message.unreadable === undefined : item.type === 'retraction' && item.direction === 'in')
}
