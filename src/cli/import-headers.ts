const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const usual = /^(?:from|to|cc|bcc|date|subject|received|return-path|message-id|mime-version|content-type|delivered-to|sender|reply-to|x-[a-z-]+)$/

/** The fields of a mail's header that tell when it arrived and how it lay in its mailbox: unfolded values by their names in lower case, the topmost of each. null: no header. */
export type MailHead = ReadonlyMap<string, string>

/** The header at the beginning of the bytes, at most 256 KiB of it; null where they begin with none (RFC 5322 section 2.2), or where no field is usual in mail. */
export function mailHead(bytes: Uint8Array): MailHead | null {
  const fields = new Map<string, string>()
  const text = headOf(Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 262144)))
  let isMail = false
  let last: string | null = null
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf('\n', at)
    const end = newline < 0 ? text.length : newline
    const line = text.slice(at, text.charCodeAt(end - 1) === 13 ? end - 1 : end)
    at = end + 1
    if (line === '') break
    const first = line.charCodeAt(0)
    if ((first === 32 || first === 9) && fields.size > 0) {
      if (last !== null) fields.set(last, fields.get(last)! + ' ' + line.trim())
      continue
    }
    const name = fieldName.exec(line)?.[1]
    if (name === undefined) {
      if (fields.size === 0) return null
      last = null
      continue
    }
    const key = name.toLowerCase()
    isMail ||= usual.test(key)
    last = fields.has(key) ? null : key
    if (last !== null) fields.set(key, line.slice(line.indexOf(':') + 1).trim())
  }
  return isMail ? fields : null
}

const fieldName = /^([!-9;-~]+)[ \t]*:/

function headOf(bytes: Buffer): string {
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (bytes[start] === 10 || bytes[start] === 13 && bytes[start + 1] === 10) start += bytes[start] === 10 ? 1 : 2
  const bare = bytes.indexOf('\n\n', start)
  const crlf = bytes.subarray(0, bare < 0 ? bytes.length : bare).indexOf('\n\r\n', start)
  return bytes.toString('latin1', start, crlf >= 0 ? crlf : bare >= 0 ? bare : bytes.length)
}

/** When the mail arrived (ms): the topmost Received, else the mbox's From line, else the Date. null: none of them tells a time. */
export function sourceTime(head: MailHead, fromLine: string | null): number | null {
  const received = head.get('received')
  return dateTime(received?.slice(received.lastIndexOf(';') + 1)) ?? fromLineTime(fromLine) ?? dateTime(head.get('date'))
}

/** Seen and flagged as mbox programs note them in Status and X-Status: R read, F flagged. Without Status a mail counts as seen. */
export function statusFlags(head: MailHead): { seen: boolean, flagged: boolean } {
  const status = head.get('status')
  return { seen: status === undefined || /R/i.test(status), flagged: /F/i.test(head.get('x-status') ?? '') }
}

/**
 * Whether a mail bears the marks of having been delivered to a mailbox (RFC 5321 section 4.4 and what servers add beside it), which
 * a copy of what somebody sent does not: spam likes to come from its reader's own address. `own`: the user's addresses.
 */
export function wasDelivered(head: MailHead, own: ReadonlySet<string>): boolean {
  const returnPath = head.get('return-path')?.replace(/[<>\s]/g, '').toLowerCase()
  return marks.some((name) => head.has(name)) || (returnPath !== undefined && !own.has(returnPath)) || localDelivery.test(head.get('received') ?? '')
}

/** The protocols of RFC 3848 that only hand a mail into a mailbox. */
const localDelivery = /\bwith\s+l[a-z]?tp/i
const marks = ['delivered-to', 'x-original-to', 'envelope-to', 'delivery-date', 'received-spf', 'authentication-results', 'arc-authentication-results']

/** RFC 5322 section 3.3, with the comments that servers add. */
function dateTime(text: string | undefined): number | null {
  if (!text) return null
  const time = Date.parse(text.replace(/\([^()]*\)/g, '').trim())
  return Number.isFinite(time) ? time : null
}

/** `From sender Thu Nov 21 10:20:30 2026`, in UTC unless a zone stands before or after the year. */
function fromLineTime(line: string | null): number | null {
  const match = /\b([A-Za-z]{3}) +(\d{1,2}) +(\d{1,2}):(\d{2})(?::(\d{2}))? +(?:([+-]\d{4}|[A-Z]{1,5}) +)?(\d{4})(?: +([+-]\d{4}))?/.exec(line ?? '')
  if (!match) return null
  const month = months.indexOf(match[1]!.toLowerCase())
  if (month < 0) return null
  const zone = /^([+-])(\d{2})(\d{2})$/.exec(match[8] ?? match[6] ?? '')
  const offset = zone ? (zone[1] === '-' ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3])) : 0
  return Date.UTC(Number(match[7]), month, Number(match[2]), Number(match[3]), Number(match[4]) - offset, Number(match[5] ?? 0))
}
