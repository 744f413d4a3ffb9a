import { mostLessons, nothingLearnt } from '../model/spam.ts'
import type { Learnt } from '../model/spam.ts'
import type { Reader, Writer } from './tx.ts'

/** What the user has taught. */
export function learntBy(tx: Reader, userId: number): Learnt {
  const row = tx.get<{ spam: number, good: number, counts: Uint8Array }>('SELECT spam, good, counts FROM spam_words WHERE user_id = ?', userId)
  return row ? { spam: row.spam, good: row.good, counts: numbers(row.counts) } : nothingLearnt()
}

export function setLearnt(tx: Writer, userId: number, { spam, good, counts }: Learnt): void {
  tx.run('INSERT INTO spam_words (user_id, spam, good, counts) VALUES (?, ?, ?, ?) ON CONFLICT (user_id) DO UPDATE SET spam = excluded.spam, good = excluded.good, counts = excluded.counts', userId, spam, good, bytes(counts))
}

export type Lesson = { spam: boolean, words: Uint16Array }

/** What was learnt from a conversation. */
export function lessonFrom(tx: Reader, userId: number, conversationId: number): Lesson | undefined {
  const row = tx.get<{ spam: number, words: Uint8Array }>('SELECT spam, words FROM spam_lesson WHERE conversation_id = ? AND user_id = ?', conversationId, userId)
  return row && { spam: row.spam === 1, words: numbers(row.words) }
}

export function insertLesson(tx: Writer, userId: number, conversationId: number, { spam, words }: Lesson): void {
  tx.run('INSERT INTO spam_lesson (conversation_id, user_id, spam, words) VALUES (?, ?, ?, ?)', conversationId, userId, Number(spam), bytes(words))
}

export function deleteLesson(tx: Writer, userId: number, conversationId: number): void {
  tx.run('DELETE FROM spam_lesson WHERE conversation_id = ? AND user_id = ?', conversationId, userId)
}

/** Whether another lesson can be counted. */
export const hasRoom = ({ spam, good }: Learnt): boolean => spam + good < mostLessons

/** Little-endian, whatever the machine is, so that a backup can be restored elsewhere. */
function bytes(numbers: Uint16Array): Uint8Array {
  const out = Buffer.allocUnsafe(numbers.length * 2)
  for (let i = 0; i < numbers.length; i++) out.writeUInt16LE(numbers[i]!, i * 2)
  return out
}

/** A copy: what the database hands out need not lie where 16 bits can be read at once. */
function numbers(bytes: Uint8Array): Uint16Array {
  const copy = bytes.slice()
  if (littleEndian) return new Uint16Array(copy.buffer, copy.byteOffset, copy.length / 2)
  return Uint16Array.from({ length: copy.length / 2 }, (_, i) => copy[2 * i]! | copy[2 * i + 1]! << 8)
}

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
