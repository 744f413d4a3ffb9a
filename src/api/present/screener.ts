import { targetsOf } from '../../inbound/teach.ts'
import { publicId } from '../../model/ids.ts'
import { getConversation } from '../../store/conversations.ts'
import { getBody, newestIncoming } from '../../store/messages.ts'
import { waitingSince } from '../../store/screener.ts'
import type { ScreeningRow } from '../../store/screener.ts'
import type { Reader } from '../../store/tx.ts'
import type { Screening, Waiting } from '../objects.ts'
import { isShared } from '../shared-domain.ts'
import { rfc3339 } from '../time.ts'
import { previewAt } from './preview.ts'

/** Somebody who waits, by their newest message. */
export function waitingOf(tx: Reader, userId: number, conversationId: number): Waiting {
  const conversation = getConversation(tx, userId, conversationId)!
  const { because, lastAt } = conversation
  const domains = targetsOf(tx, conversation, 'domain').map(({ value }) => value)
  const last = newestIncoming(tx, conversationId)
  if (!last) throw new Error(`nobody has written in conversation ${conversationId}`)
  const { since, messages } = waitingSince(tx, conversationId)
  return {
    conversationId: publicId('conversation', conversationId), sender: previewAt(tx, userId, last.id)!.sender, because, since: rfc3339(since), messages, subject: getBody(tx, last.id).subject, preview: last.preview, lastAt: rfc3339(lastAt),
    scopes: domains.length > 0 && domains.every((domain) => !isShared(domain)) ? ['sender', 'domain'] : ['sender']
  }
}

/** A decision as clients see it. */
export function screeningOf({ id, conversationId, decision, scope, stream, shown, at, undoneAt }: ScreeningRow): Screening {
  return {
    id: publicId('screening', id), conversationId: publicId('conversation', conversationId), who: shown, decision, scope, ...(stream === null ? {} : { stream }), at: rfc3339(at), undoneAt: undoneAt === null ? null : rfc3339(undoneAt)
  }
}
