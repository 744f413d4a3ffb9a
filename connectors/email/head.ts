/** The head of a mail, read by ourselves: what decides identity must not depend on how a library repairs damage. */

const LIMIT = 256 * 1024

/**
 * `name` in lower case; `value` unfolded (RFC 5322 section 2.2.3), its bytes as Latin-1 characters.
 * `sound`: every reader finds this field with this value; false from the first damage on, for the field right before it, and
 * for one with white space before its colon (RFC 5322 section 4.5), which some take for no field.
 */
export type Field = { name: string, value: string, sound: boolean }

/**
 * `complete`: its end was found within the limit; only then is it known that no further field follows. `lines` as written, folded.
 * `closed`: by an empty line; the body begins at byte `end`.
 */
export type Head = { fields: Field[], lines: number, complete: boolean, closed: boolean, end: number }

/**
 * Scans the head, at most 256 KiB of it, in linear time. Never throws. Damage is whatever readers are known to repair in
 * different ways: lines that are no field, lines of white space only, a bare CR, NUL, white space before the first field.
 */
export function scanHead(raw: Uint8Array): Head {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, LIMIT))
  const stop = firstEmptyLine(bytes)
  const head = stop < 0 ? null : scan(bytes.toString('latin1', 0, stop), raw.byteLength > LIMIT)
  // Where only damage stands before the first empty line, the head goes on.
  return head?.closed ? head : scan(bytes.toString('latin1'), raw.byteLength > LIMIT)
}

/** Where the line after the first empty one begins; -1 when there is none. */
function firstEmptyLine(bytes: Buffer): number {
  const bare = bytes.indexOf('\n\n')
  const crlf = (bare < 0 ? bytes : bytes.subarray(0, bare + 1)).indexOf('\n\r\n')
  return crlf >= 0 ? crlf + 3 : bare >= 0 ? bare + 2 : -1
}

/** `cut`: there is more than `text`, or may be. */
function scan(text: string, cut: boolean): Head {
  const fields: Field[] = []
  let damaged = false
  let lines = 0
  const damage = () => {
    damaged = true
    const last = fields.at(-1)
    if (last) last.sound = false
  }

  let at = 0
  // The separator line of an mbox file is no part of the mail; `From :` is a header.
  if (/^>?From (?![ \t]*:)[^\n]*\n/.test(text)) at = text.indexOf('\n') + 1
  while (at < text.length) {
    const end = text.indexOf('\n', at)
    if (end < 0 && cut) break
    const line = text.slice(at, end < 0 ? text.length : text.charCodeAt(end - 1) === 13 && end > at ? end - 1 : end)
    at = end < 0 ? text.length : end + 1
    lines++

    if (line === '') {
      if (fields.length > 0) return { fields, lines, complete: true, closed: true, end: at }
      damage()
      continue
    }
    if (line[0] === ' ' || line[0] === '\t') {
      const last = fields.at(-1)
      if (last) last.value += line
      if (!last || /^[ \t]*$/.test(line) || /[\r\0]/.test(line)) damage()
      continue
    }
    const field = /^([\x21-\x39\x3b-\x7e]+)[ \t]*:/.exec(line)
    if (!field) {
      damage()
      continue
    }
    fields.push({ name: field[1]!.toLowerCase(), value: line.slice(field[0].length), sound: !damaged && !/[ \t]:$/.test(field[0]) })
    if (/[\r\0]/.test(line)) damage()
  }
  return { fields, lines, complete: !cut, closed: false, end: text.length }
}

/** All values of a field as text, topmost first. */
export function valuesOf(head: Head, name: string): string[] {
  return head.fields.filter((field) => field.name === name).map((field) => textOf(field.value).trim())
}

/** The topmost value of a field as text; '' when there is none. */
export function valueOf(head: Head, name: string): string {
  const field = head.fields.find((one) => one.name === name)
  return field ? textOf(field.value).trim() : ''
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
const windows1252 = new TextDecoder('windows-1252')

/** Bytes kept as Latin-1 characters, as text: UTF-8 (RFC 6532) where they are, else Windows-1252. */
export function textOf(value: string): string {
  if (!/[^\x00-\x7f]/.test(value)) return value
  const bytes = Buffer.from(value, 'latin1')
  try {
    return utf8.decode(bytes)
  } catch {
    return windows1252.decode(bytes)
  }
}
