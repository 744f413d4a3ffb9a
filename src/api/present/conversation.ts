import type { Conversation as Row } from '../../model/conversation.ts'
import { publicId } from '../../model/ids.ts'
import { addressesOf, getContact } from '../../store/contacts.ts'
import type { Reader } from '../../store/tx.ts'
import type { Conversation } from '../objects.ts'
import { rfc3339 } from '../time.ts'
import { previewOf } from './message.ts'

/** A conversation as clients see it; its title is the name of whom it is with. */
export function conversationOf(tx: Reader, userId: number, row: Row): Conversation {
  return {
    id: publicId('conversation', row.id), kind: row.kind, title: titleOf(tx, userId, row), ...(row.contactId === null ? {} : { contactId: publicId('contact', row.contactId) }),
    memberCount: row.contactId !== null ? 1 : row.people.length, folder: row.folder, archivedAt: row.archivedAt === null ? null : rfc3339(row.archivedAt), blocked: row.blockedAt !== null, ...(row.stream === null ? {} : { stream: row.stream }),
    because: row.because, unread: row.unread, lastMessage: row.lastMessageId === null ? null : previewOf(tx, userId, row.lastMessageId), lastAt: row.lastAt === 0 ? null : rfc3339(row.lastAt),
    pinned: row.pinned, mutedUntil: row.mutedUntil === null ? null : rfc3339(row.mutedUntil), labels: row.labels, ...(row.redirectTo === null ? {} : { redirectTo: publicId('conversation', row.redirectTo) }),
    rev: Math.max(1, row.rev)
  }
}

const namesShown = 5

/** What a conversation is called: its name, else those of its people. */
export function titleOf(tx: Reader, userId: number, { title, contactId, people }: Pick<Row, 'title' | 'contactId' | 'people'>): string {
  if (title !== '') return title
  const names = (contactId === null ? people.slice(0, namesShown) : [contactId]).map((id) => nameOf(tx, userId, id))
  const more = people.length - namesShown
  return names.join(', ') + (more > 0 ? ` +${more}` : '')
}

/** The contact's name, else the first of their addresses. */
export function nameOf(tx: Reader, userId: number, contactId: number): string {
  return getContact(tx, userId, contactId)?.name || addressesOf(tx, contactId)[0]?.address || ''
}
