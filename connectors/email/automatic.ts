import type { Automatic } from '#connector'
import { valueOf, valuesOf } from './head.ts'
import type { Head } from './head.ts'
import { decodeWords, shownName } from './words.ts'

/**
 * What kind of machine wrote a mail, if any: delivery reports (RFC 3464), read receipts (RFC 8098), mailing lists (RFC 2919),
 * answers by machine and notifications (RFC 3834), bulk mail.
 */
export function automaticOf(head: Head): Automatic | undefined {
  const report = reportType(valueOf(head, 'content-type'))
  if (report === 'delivery-status') return 'bounce'
  if (report === 'disposition-notification') return 'receipt'
  // RFC 5965: what a provider reports about the user's own mail.
  if (report === 'feedback-report') return 'notification'

  const precedence = keyword(valueOf(head, 'precedence'))
  if (listOf(head) || precedence === 'list') return 'list'

  const submitted = keyword(valueOf(head, 'auto-submitted'))
  if (submitted === 'auto-replied' || precedence === 'auto_reply' || answersByMachine.some((name) => has(head, name))) return 'auto-reply'
  // RFC 3834 section 2: replies by machine have the null sender too, so it says bounce only where nothing says reply.
  if (/^<\s*>$/.test(valueOf(head, 'return-path')) || mailerDaemon.test(valueOf(head, 'from').slice(0, 1000))) return 'bounce'
  if (submitted.startsWith('auto-')) return 'notification'
  if (precedence === 'bulk' || precedence === 'junk' || has(head, 'list-unsubscribe')) return 'bulk'
  return undefined
}

const mailerDaemon = /^mailer-daemon\b|<mailer-daemon(?:@|>)|<\s*>/i
const answersByMachine = ['x-autoreply', 'x-autorespond', 'x-autoresponder', 'x-auto-reply', 'x-auto-reply-from']

/** The mailing list (RFC 2919 section 3): its id in lower case, with its name where it has one. */
export function listOf(head: Head): { id: string, name?: string } | undefined {
  const value = valueOf(head, 'list-id').slice(0, 2000)
  const match = /<([^<>]*)>\s*(?:\([^()]*\)\s*)?$/.exec(value)
  const id = (match ? match[1]! : value).trim().toLowerCase()
  if (!/^[^\s<>()"\\,;:]{1,255}$/.test(id)) return undefined
  const name = match ? shownName(decodeWords(value.slice(0, match.index)).trim().replace(/^"(.*)"$/, '$1')) : ''
  return { id, ...(name && { name }) }
}

function reportType(contentType: string): string | null {
  const value = contentType.slice(0, 2000)
  if (!/^multipart\/report\b/i.test(value)) return null
  return /;\s*report-type\s*=\s*"?([a-z-]+)/i.exec(value)?.[1]?.toLowerCase() ?? null
}

function keyword(value: string): string {
  return /^[a-z_-]*/i.exec(value)![0].toLowerCase()
}

function has(head: Head, name: string): boolean {
  return valuesOf(head, name).some((value) => value !== '' && !/^(?:no|false|0)$/i.test(value))
}
