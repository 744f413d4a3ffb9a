import type { Card, MessageCard } from '#connector'
import { readCalendar } from './calendar.ts'
import { readContacts } from './contact-card.ts'
import { readDate } from './date.ts'
import { valueOf } from './head.ts'
import type { Head } from './head.ts'
import type { Leaf } from './mime.ts'
import { cut, decodeWords, oneLine } from './words.ts'

const MAX_TEXT = 32 * 1024

/** What a part says that is more than a file: invitations (RFC 5545) and contacts (RFC 6350). Damaged ones are files and nothing more. */
export function cardsOf({ type, params, disposition }: Leaf, text: () => string): Card[] {
  const name = (disposition.params.get('filename') ?? params.get('name') ?? '').toLowerCase()
  try {
    if (type === 'text/calendar' || type === 'application/ics' || name.endsWith('.ics')) return readCalendar(text(), params.get('method'))
    if (/^text\/(?:x-)?vcard$/.test(type) || name.endsWith('.vcf')) return readContacts(text())
  } catch {
    return []
  }
  return []
}

/** A mail within a mail (RFC 2046 section 5.2.1). */
export function messageCard(head: Head, body: string, files: string[]): MessageCard {
  const sentAt = readDate(valueOf(head, 'date'))
  return {
    type: 'message', from: oneLine(decodeWords(valueOf(head, 'from').slice(0, 4000)), 500), subject: oneLine(decodeWords(valueOf(head, 'subject').slice(0, 8000)), 500),
    ...(sentAt !== undefined && { sentAt }), text: cut(body.replaceAll('\0', '').trim(), MAX_TEXT), files: files.slice(0, 50).map((file) => oneLine(file, 150)).filter((file) => file !== '')
  }
}
