import type { Message } from '#client'
import { sameDay } from '../message/time.ts'

/** A message with what stands around it in its conversation. */
export type Entry = {
  message: Message
  /** A day begins with it. */
  day: boolean
  /** The line above the first unread one. */
  unread: boolean
  /** Another mail thread begins, or goes on, with it; null: the same as above. */
  subject: string | null
  /** It goes on where the one above ended: same writer, same channel, within minutes. */
  joined: boolean
}

const joinedMs = 5 * 60_000
const known = new WeakMap<Message, Entry>()

/** Messages, oldest first, as rows of a conversation. An entry is the same object as before while nothing about it changed. */
export function entriesOf(messages: readonly Message[], firstUnread: string | null): Entry[] {
  return messages.map((message, index) => {
    const above = messages[index - 1]
    const day = above === undefined || !sameDay(above.sortAt, message.sortAt)
    const unread = message.id === firstUnread
    const subject = message.subject && (above === undefined || !above.subject || (above.topicId !== message.topicId && bare(above.subject) !== bare(message.subject))) ? message.subject : null
    const joined = !day && !unread && subject === null && above !== undefined && above.direction === message.direction && above.channel === message.channel &&
      above.sender.address === message.sender.address && Date.parse(message.sortAt) - Date.parse(above.sortAt) < joinedMs
    const before = known.get(message)
    if (before && before.day === day && before.unread === unread && before.subject === subject && before.joined === joined) return before
    const entry = { message, day, unread, subject, joined }
    known.set(message, entry)
    return entry
  })
}

/** A subject without what programs put before an answer. */
const bare = (subject: string): string => subject.replace(/^(?:\s*[a-z]{1,4}(?:\[\d+\])?:)+/i, '').trim()

/** Stays the same while a message that is being sent gets its id. */
export function entryKey({ message }: Entry): string {
  return message.clientId ?? message.id
}

/** How high a message may be, in px, before anybody has drawn it. */
export function guessHeight({ message, day, unread, subject, joined }: Entry): number {
  const lines = message.text.split('\n', 40).reduce((sum, line) => sum + Math.ceil((line.length + 1) / 60), 0)
  const around = (day ? 44 : 0) + (unread ? 32 : 0) + (subject ? 40 : 0) + (joined ? 4 : 32)
  return around + 20 + 22 * Math.min(lines, 40) + (message.html ? 120 : 0) + message.attachments.length * 52
}
