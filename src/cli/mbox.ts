/** One mail of an mbox. `bytes` is null when it is larger than allowed: only its `size` is known then. `read` counts the file's bytes so far. */
export type MboxMail = { bytes: Uint8Array | null, size: number, fromLine: string, read: number }

const longestFromLine = 4096
const withTime = /^From .*\b\d{1,2}:\d{2}\b/

/**
 * Splits an mbox file (RFC 4155, unquoted as mboxrd does: one `>` off every `>…>From `), holding one mail at a time. A mail begins at a line
 * `From ` that is the first of the file or follows an empty line; where the file's first such line tells a time, all must, so that
 * a body's unquoted "From here on" splits nothing. Line ends stay as they are.
 */
export async function* splitMbox(stream: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<MboxMail> {
  let fromLine: string | null = null
  let mustTellTime = false
  let parts: Buffer[] = []
  let size = 0
  let read = 0
  let afterEmpty = true
  let atLineStart = true
  let carry: Buffer = Buffer.alloc(0)

  const add = (piece: Buffer) => {
    size += piece.length
    if (size <= maxBytes) parts.push(piece)
    else parts = []
  }
  const finish = (): MboxMail => {
    const bytes = size <= maxBytes ? withoutSeparator(Buffer.concat(parts)) : null
    const mail = { bytes, size: bytes ? bytes.length : size, fromLine: fromLine!, read }
    parts = []
    size = 0
    return mail
  }
  /** A whole line, or the beginning of one that is too long to matter. Returns true where a new mail begins. */
  const isSeparator = (line: Buffer): boolean => {
    if (!afterEmpty || line[0] !== 70 || line.subarray(0, 5).toString('latin1') !== 'From ') return false
    const text = line.toString('latin1').trimEnd()
    if (fromLine === null) mustTellTime = withTime.test(text)
    return !mustTellTime || withTime.test(text)
  }

  for await (const chunk of stream) {
    const data = carry.length > 0 ? Buffer.concat([carry, chunk]) : chunk
    read += chunk.length
    carry = Buffer.alloc(0)
    for (let start = 0; start < data.length;) {
      const newline = data.indexOf(10, start)
      const end = newline < 0 ? data.length : newline + 1
      const piece = data.subarray(start, end)
      start = end
      if (!atLineStart) add(piece)
      else if (newline < 0 && piece.length < longestFromLine) carry = piece
      else if (isSeparator(piece)) {
        if (fromLine !== null) yield finish()
        fromLine = piece.toString('latin1').trimEnd()
      } else add(unquoted(piece))
      if (carry.length === 0) {
        afterEmpty = atLineStart && (piece.length === 1 || (piece.length === 2 && piece[0] === 13)) && newline >= 0
        atLineStart = newline >= 0
      }
    }
  }
  if (carry.length > 0) {
    if (isSeparator(carry)) {
      if (fromLine !== null) yield finish()
      fromLine = carry.toString('latin1')
    } else add(unquoted(carry))
  }
  if (fromLine !== null) yield finish()
}

function unquoted(line: Buffer): Buffer {
  if (line[0] !== 62) return line
  let at = 0
  while (line[at] === 62) at++
  return line.subarray(at, at + 5).toString('latin1') === 'From ' ? line.subarray(1) : line
}

/** The empty line before the next `From ` belongs to the mbox, not to the mail. */
function withoutSeparator(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 10) return bytes
  const line = bytes.subarray(0, bytes.at(-2) === 13 ? -2 : -1)
  return line.length === 0 || line.at(-1) === 10 ? line : bytes
}
