import { marksOf, snippetOf } from '../../derived/snippet.ts'
import type { Sought } from '../../derived/needles.ts'
import { publicId } from '../../model/ids.ts'
import { attachmentsOf } from '../../store/attachments.ts'
import { getConversation } from '../../store/conversations.ts'
import { getBody, getMessage } from '../../store/messages.ts'
import { shownMessage } from '../../store/search-documents.ts'
import type { Reader } from '../../store/tx.ts'
import type { SearchHit } from '../objects.ts'
import { rfc3339 } from '../time.ts'
import { titleOf } from './conversation.ts'
import { senderOf } from './party.ts'

const subjectLength = 500
const filesShown = 20

/** A message that a search found, with the words marked; null when it may not be shown any more. */
export function hitOf(tx: Reader, userId: number, id: number, needles: readonly Sought[]): SearchHit | null {
  const row = shownMessage(tx, userId, id) && getMessage(tx, userId, id)
  const conversation = row && getConversation(tx, userId, row.conversationId)
  if (!row || !conversation) return null
  const body = getBody(tx, id)
  const anywhere = needles.filter(({ within }) => within === 'all')
  const inSubject = needles.filter(({ within }) => within === 'all' || within === 'subject')
  const subject = body.subject?.slice(0, subjectLength) ?? null
  const files = body.attachments === 0 ? [] : attachmentsOf(tx, id).map((file) => ({ id: publicId('blob', file.id), name: file.name, marks: marksOf(file.name, anywhere) }))
  return {
    id: publicId('message', id), conversationId: publicId('conversation', conversation.id), title: titleOf(tx, userId, conversation), folder: conversation.folder, archived: conversation.archivedAt !== null,
    sortAt: rfc3339(row.sortAt), channel: row.channel, direction: row.direction, sender: senderOf(tx, userId, row), seen: row.seen, flagged: row.flagged,
    subject, subjectMarks: subject === null ? [] : marksOf(subject, inSubject), snippet: snippetOf([body.text, ...body.quoted === null ? [] : [body.quoted]], anywhere),
    files: files.filter(({ marks }) => marks.length > 0 || files.length <= filesShown).slice(0, filesShown)
  }
}
