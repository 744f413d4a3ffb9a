import type { Conversation as Row } from '../../model/conversation.ts'
import { publicId } from '../../model/ids.ts'
import { namesOf } from '../../store/contacts.ts'
import { shownPreviews } from '../../store/shown-messages.ts'
import type { Reader } from '../../store/tx.ts'
import type { Conversation } from '../objects.ts'
import { rfc3339 } from '../time.ts'
import { previewOf } from './preview.ts'

/** A conversation as clients see it; its title is the name of whom it is with. */
export function conversationOf(tx: Reader, userId: number, row: Row): Conversation {
  return conversationsOf(tx, userId, [row])[0]!
}

/** The same for a page of them, with as many reads as for one. */
export function conversationsOf(tx: Reader, userId: number, rows: readonly Row[]): Conversation[] {
  const names = namesOf(tx, userId, rows.flatMap(namedBy))
  const newest = shownPreviews(tx, userId, rows.flatMap(({ lastMessageId }) => lastMessageId ?? []))
  return rows.map((row) => {
    const last = row.lastMessageId === null ? undefined : newest.get(row.lastMessageId)
    return {
      id: publicId('conversation', row.id), kind: row.kind, title: titled(row, names), ...(row.contactId === null ? {} : { contactId: publicId('contact', row.contactId) }),
      memberCount: row.contactId !== null ? 1 : row.people.length, folder: row.folder, archivedAt: row.archivedAt === null ? null : rfc3339(row.archivedAt), blocked: row.blockedAt !== null, ...(row.stream === null ? {} : { stream: row.stream }),
      because: row.because, unread: row.unread, lastMessage: last ? previewOf(last) : null, lastAt: row.lastAt === 0 ? null : rfc3339(row.lastAt),
      pinned: row.pinned, mutedUntil: row.mutedUntil === null ? null : rfc3339(row.mutedUntil), labels: row.labels, ...(row.redirectTo === null ? {} : { redirectTo: publicId('conversation', row.redirectTo) }),
      rev: Math.max(1, row.rev)
    }
  })
}

const namesShown = 5

type Titled = Pick<Row, 'title' | 'contactId' | 'people'>

/** What conversations are called: by their names, else those of their people, with one read for all. */
export function titlesOf(tx: Reader, userId: number, rows: readonly Titled[]): string[] {
  const unnamed = new Set(rows.flatMap(namedBy))
  const names = unnamed.size === 0 ? new Map<number, string>() : namesOf(tx, userId, [...unnamed])
  return rows.map((row) => titled(row, names))
}

/** Whose names its title shows. */
const namedBy = ({ title, contactId, people }: Titled): number[] => title !== '' ? [] : contactId === null ? people.slice(0, namesShown) : [contactId]

function titled(row: Titled, names: ReadonlyMap<number, string>): string {
  if (row.title !== '') return row.title
  const more = row.people.length - namesShown
  return namedBy(row).map((id) => names.get(id) ?? '').join(', ') + (more > 0 ? ` +${more}` : '')
}
