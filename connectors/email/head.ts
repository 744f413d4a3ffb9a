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

const scanned = new WeakMap<Uint8Array, Head>()

/** Keeps what was read of a mail for whoever asks again about the same bytes. Only where nothing is believed by it: they might have changed. */
export function keepHead(raw: Uint8Array, head: Head): void {
  scanned.set(raw, head)
}

/** The head that was kept, else read now. */
export function keptHead(raw: Uint8Array): Head {
  return scanned.get(raw) ?? scanHead(raw)
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
  // Looked for once: in nearly all there is none.
  const odd = oddities.test(text)
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
    const newline = text.indexOf('\n', at)
    if (newline < 0 && cut) break
    const line = text.slice(at, newline < 0 ? text.length : text.charCodeAt(newline - 1) === 13 && newline > at ? newline - 1 : newline)
    at = newline < 0 ? text.length : newline + 1
    lines++

    if (line === '') {
      if (fields.length > 0) return { fields, lines, complete: true, closed: true, end: at }
      damage()
      continue
    }
    if (line[0] === ' ' || line[0] === '\t') {
      const last = fields.at(-1)
      if (last) last.value += line
      if (!last || /^[ \t]*$/.test(line) || odd && /[\r\0]/.test(line)) damage()
      continue
    }
    const end = nameEnd(line)
    let colon = end
    while (isBlank(line.charCodeAt(colon))) colon++
    if (end === 0 || line.charCodeAt(colon) !== 58) {
      damage()
      continue
    }
    fields.push({ name: line.slice(0, end).toLowerCase(), value: line.slice(colon + 1), sound: !damaged && colon === end })
    if (odd && /[\r\0]/.test(line)) damage()
  }
  return { fields, lines, complete: !cut, closed: false, end: text.length }
}

/** A return without its line feed, or a NUL. */
const oddities = /\r(?!\n)|\0/

const isBlank = (code: number): boolean => code === 32 || code === 9

/** Where the name of a field ends (RFC 5322 section 2.2): at the first sign that none can have. */
function nameEnd(line: string): number {
  let at = 0
  for (; at < line.length; at++) {
    const code = line.charCodeAt(at)
    if (code < 33 || code > 126 || code === 58) break
  }
  return at
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
