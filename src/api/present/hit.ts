import type { Found } from '../../derived/found.ts'
import { publicId } from '../../model/ids.ts'
import type { Reader } from '../../store/tx.ts'
import type { SearchHit } from '../objects.ts'
import { rfc3339 } from '../time.ts'
import { titlesOf } from './conversation.ts'

/** Messages that a search found, as clients see them: with one read for the names of all their conversations. */
export function hitsOf(tx: Reader, userId: number, found: readonly Found[]): SearchHit[] {
  const titles = titlesOf(tx, userId, found.map(({ row }) => row.conversation))
  return found.map((one, i) => hitOf(one, titles[i]!))
}

function hitOf({ id, row, subject, subjectMarks, snippet, files }: Found, title: string): SearchHit {
  const { conversation, sender: { kind, address, raw, name: written }, contact, warnings } = row
  const name = contact?.name || written
  return {
    id: publicId('message', id), conversationId: publicId('conversation', conversation.id), title, folder: conversation.folder, archived: conversation.archived,
    sortAt: rfc3339(row.sortAt), channel: row.channel, direction: row.direction,
    sender: {
      kind, address: address ?? raw.slice(0, 320), ...(name ? { name } : {}), ...(contact ? { contactId: publicId('contact', contact.id) } : {}), ...(row.proof ? { proof: row.proof } : {}), ...(warnings?.length ? { warnings } : {})
    },
    seen: row.seen, flagged: row.flagged, subject, subjectMarks, snippet, files: files.map((file) => ({ ...file, id: publicId('blob', file.id) }))
  }
}
