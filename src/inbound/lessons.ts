import type { Conversation } from '../model/conversation.ts'
import { count, lessonOf, looksLikeSpam, wordsOf } from '../model/spam.ts'
import type { Learnt, Worded } from '../model/spam.ts'
import { getContact } from '../store/contacts.ts'
import { getBody, newestIncoming } from '../store/messages.ts'
import { settingsOf } from '../store/settings.ts'
import { deleteLesson, hasRoom, insertLesson, learntBy, lessonFrom, setLearnt } from '../store/spam.ts'
import type { Reader, Writer } from '../store/tx.ts'

/**
 * The user has said of a stranger's conversation whether it is spam: its newest message is a lesson, instead of what was learnt from it before. Friends,
 * lists and machines teach nothing, and neither does anything while the user does not want it.
 */
export function teachSpam(tx: Writer, userId: number, conversation: Conversation, spam: boolean): void {
  const { id, kind, contactId } = conversation
  const last = newestIncoming(tx, id)
  if (!settingsOf(tx, userId).learnSpam || !last || kind === 'list' || kind === 'system' || (contactId !== null && getContact(tx, userId, contactId)?.friend)) return
  forgetLesson(tx, userId, id)
  const learnt = learntBy(tx, userId)
  if (!hasRoom(learnt)) return
  const { subject, text } = getBody(tx, last.id)
  const words = lessonOf(wordsOf({ subject, text, address: last.sender.address }))
  insertLesson(tx, userId, id, { spam, words })
  setLearnt(tx, userId, count(learnt, words, spam, 1))
}

/** As if it had never been learnt. */
export function forgetLesson(tx: Writer, userId: number, conversationId: number): void {
  const lesson = lessonFrom(tx, userId, conversationId)
  if (!lesson) return
  deleteLesson(tx, userId, conversationId)
  setLearnt(tx, userId, count(learntBy(tx, userId), lesson.words, lesson.spam, -1))
}

/** Asks what the user has taught, which is read once, when somebody asks first. null: it is not like spam. */
export function spamAsker(tx: Reader, userId: number, wanted: boolean): (message: Worded) => string[] | null {
  let learnt: Learnt | undefined
  return (message) => wanted ? looksLikeSpam(learnt ??= learntBy(tx, userId), message) : null
}
