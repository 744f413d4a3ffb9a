const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const usual = /^(?:from|to|cc|bcc|date|subject|received|return-path|message-id|mime-version|content-type|delivered-to|sender|reply-to|x-[a-z-]+)$/

/** Whether the bytes begin with a mail's header: fields (RFC 5322 section 2.2), at least one of them usual in mail. */
export function looksLikeMail(bytes: Uint8Array): boolean {
  const fields = headerFields(bytes)
  return fields !== null && fields.some(({ name }) => usual.test(name))
}

/**
 * When the mail arrived (ms): the topmost Received, else the mbox's From line, else the Date. null: none of them tells a time.
 */
export function sourceTime(bytes: Uint8Array, fromLine: string | null): number | null {
  const fields = headerFields(bytes) ?? []
  const received = fields.find(({ name }) => name === 'received')?.value
  const date = fields.find(({ name }) => name === 'date')?.value
  return dateTime(received?.slice(received.lastIndexOf(';') + 1)) ?? fromLineTime(fromLine) ?? dateTime(date)
}

/** Seen and flagged as mbox programs note them in Status and X-Status: R read, F flagged. Without Status a mail counts as seen. */
export function statusFlags(bytes: Uint8Array): { seen: boolean, flagged: boolean } {
  const fields = headerFields(bytes) ?? []
  const value = (wanted: string) => fields.find(({ name }) => name === wanted)?.value
  const status = value('status')
  return { seen: status === undefined || /R/i.test(status), flagged: /F/i.test(value('x-status') ?? '') }
}

/**
 * Whether a mail bears the marks of having been delivered to a mailbox (RFC 5321 section 4.4 and what servers add beside it), which
 * a copy of what somebody sent does not: spam likes to come from its reader's own address. `own`: the user's addresses.
 */
export function wasDelivered(bytes: Uint8Array, own: ReadonlySet<string>): boolean {
  const fields = headerFields(bytes) ?? []
  const returnPath = fields.find(({ name }) => name === 'return-path')?.value.replace(/[<>\s]/g, '').toLowerCase()
  const received = fields.find(({ name }) => name === 'received')?.value ?? ''
  return fields.some(({ name }) => marks.has(name)) || (returnPath !== undefined && !own.has(returnPath)) || localDelivery.test(received)
}

/** The protocols of RFC 3848 that only hand a mail into a mailbox. */
const localDelivery = /\bwith\s+l[a-z]?tp/i
const marks = new Set(['delivered-to', 'x-original-to', 'envelope-to', 'delivery-date', 'received-spf', 'authentication-results', 'arc-authentication-results'])

/** The unfolded fields of the header, or null where the first line is none. At most the first 256 KiB are looked at. */
function headerFields(bytes: Uint8Array): { name: string, value: string }[] | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 262144)).toString('latin1').replace(/^(?:\xef\xbb\xbf)?(?:\r?\n)*/, '')
  const fields: { name: string, value: string }[] = []
  for (const line of text.split(/\r?\n/)) {
    if (line === '') break
    if (/^[ \t]/.test(line) && fields.length > 0) {
      fields.at(-1)!.value += ' ' + line.trim()
      continue
    }
    const match = /^([!-9;-~]+)[ \t]*:(.*)$/.exec(line)
    if (match) fields.push({ name: match[1]!.toLowerCase(), value: match[2]!.trim() })
    else if (fields.length === 0) return null
  }
  return fields
}

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
