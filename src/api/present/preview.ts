import { publicId } from '../../model/ids.ts'
import { shownPreviews } from '../../store/shown-messages.ts'
import type { ShownPreview } from '../../store/shown-messages.ts'
import type { Reader } from '../../store/tx.ts'
import type { MessagePreview } from '../objects.ts'
import { rfc3339 } from '../time.ts'
import { senderOf } from './party.ts'

/** What a list of conversations shows of its newest message. */
export function previewOf(message: ShownPreview): MessagePreview {
  const { id, direction, channel, preview, sortAt, status } = message
  return { id: publicId('message', id), direction, channel, sender: senderOf(message), preview, sortAt: rfc3339(sortAt), ...(status ? { status } : {}) }
}

/** The same of any message; null when the user has none of that id. */
export function previewAt(tx: Reader, userId: number, messageId: number): MessagePreview | null {
  const message = shownPreviews(tx, userId, [messageId]).get(messageId)
  return message ? previewOf(message) : null
}
