import type { InvitationAnswer, InvitationCard } from '../model/card.ts'

const states: Record<Exclude<InvitationAnswer, 'unknown'>, string> = { accepted: 'ACCEPTED', tentative: 'TENTATIVE', declined: 'DECLINED' }

/** Whether there is somebody to answer, and somebody who is asked. */
export function answerable({ method, organizer, you }: InvitationCard): boolean {
  return method === 'request' && organizer !== undefined && you !== undefined && organizer.address !== you
}

/**
 * The answer to an invitation as its organizer's calendar reads it (RFC 5546 section 3.2.3): whose, to what, and what; nothing else of the invitation
 * goes back. `now` in ms. Only for what is answerable.
 */
export function invitationReply({ uid, sequence, title, organizer, you, echo }: InvitationCard, answer: Exclude<InvitationAnswer, 'unknown'>, name: string | undefined, now: number): string {
  const lines = [
    'BEGIN:VCALENDAR', 'PRODID:-//Kinbox//EN', 'VERSION:2.0', 'METHOD:REPLY', 'BEGIN:VEVENT', `UID:${escaped(uid)}`, `SEQUENCE:${sequence}`, `DTSTAMP:${new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '')}`,
    ...(echo ? echo.split(/\r?\n(?![ \t])/).filter((line) => /^(?:DTSTART|DTEND|DURATION|RECURRENCE-ID)[;:]/i.test(line)) : []),
    ...(title ? [`SUMMARY:${escaped(title)}`] : []), `ORGANIZER:mailto:${organizer!.address}`,
    `ATTENDEE;PARTSTAT=${states[answer]}${name ? `;CN="${name.replace(/["\p{Cc}]/gu, ' ')}"` : ''}:mailto:${you!}`, 'END:VEVENT', 'END:VCALENDAR'
  ]
  return lines.map(folded).join('\r\n') + '\r\n'
}

/** RFC 5545 section 3.3.11. */
function escaped(text: string): string {
  return text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n').replace(/\p{Cc}/gu, ' ')
}

/** RFC 5545 section 3.1: at most 75 bytes a line, never half a character. */
function folded(line: string): string {
  let result = ''
  let bytes = 0
  for (const char of line.replace(/\r?\n[ \t]/g, '')) {
    const size = Buffer.byteLength(char)
    if (bytes + size > 75) {
      result += '\r\n '
      bytes = 1
    }
    result += char
    bytes += size
  }
  return result
}
