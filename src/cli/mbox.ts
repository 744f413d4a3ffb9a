/** One mail of an mbox. `bytes` is null when it is larger than allowed: only its `size` is known then. `at` is where its From line begins in the file; `read` counts the file's bytes so far. */
export type MboxMail = { bytes: Uint8Array | null, size: number, fromLine: string, at: number, read: number }

const longestFromLine = 4096
const withTime = /^From .*\b\d{1,2}:\d{2}\b/
const from = Buffer.from('From ')

/**
 * Splits an mbox file (RFC 4155), holding one mail at a time. One `>` is taken off every `>…>From `, as mboxrd wants it; in the older
 * mboxo a line that its writer began with `>From ` loses its mark by that, which no reader can tell. A mail begins at a line
 * `From ` that is the first of the file or follows an empty line; where the file's first such line tells a time, all must, so that
 * a body's unquoted "From here on" splits nothing. Line ends stay as they are. `start`: where in the file the stream begins, which must be
 * at the From line of a mail; `first`: the first line of the file then, by which it is known whether they tell a time.
 */
export async function* splitMbox(stream: AsyncIterable<Buffer>, maxBytes: number, { start = 0, first }: { start?: number, first?: string } = {}): AsyncGenerator<MboxMail> {
  let mustTellTime = first === undefined ? null : withTime.test(first)
  let fromLine: string | null = null
  let began = start
  let parts: Uint8Array[] = []
  let size = 0
  /** Where in the file `data` begins; its first `done` bytes are taken and stay for a look back. */
  let base = start
  let data: Buffer = Buffer.alloc(0)
  let done = 0

  const add = (piece: Buffer) => {
    if (fromLine === null) return
    size += piece.length
    if (size <= maxBytes) parts.push(piece)
    else parts = []
  }
  const finish = (read: number): MboxMail => {
    const bytes = size <= maxBytes ? withoutSeparator(unquoted(Buffer.concat(parts))) : null
    const mail = { bytes, size: bytes ? bytes.length : size, fromLine: fromLine!, at: began, read }
    parts = []
    size = 0
    return mail
  }
  const separates = (line: string): boolean => !(mustTellTime ??= withTime.test(line)) || withTime.test(line)

  for await (const chunk of withEnd(stream)) {
    if (chunk) data = data.length === 0 ? chunk : Buffer.concat([data, chunk])
    let keep = chunk ? Math.max(done, data.length - lookAhead) : data.length
    for (let look = done; ;) {
      const at = nextFrom(data, look, base === start)
      if (at < 0) break
      const newline = data.indexOf(10, at)
      if (newline < 0 && chunk && data.length - at < longestFromLine) {
        keep = Math.min(keep, at)
        break
      }
      const end = newline < 0 ? data.length : newline + 1
      look = end
      if (end - at > longestFromLine) continue
      const line = data.toString('latin1', at, end).trimEnd()
      if (!separates(line)) continue
      add(data.subarray(done, at))
      if (fromLine !== null) yield finish(base + end)
      fromLine = line
      began = base + at
      done = end
      keep = Math.max(keep, end)
    }
    add(data.subarray(done, keep))
    const from = Math.max(0, keep - lookBack)
    base += from
    data = data.subarray(from)
    done = keep - from
  }
  if (fromLine !== null) yield finish(base + data.length)
}

/** So many bytes tell whether the line before is empty; so many may be the beginning of a From line. */
const lookBack = 3
const lookAhead = 8

async function* withEnd(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer | null> {
  yield* stream
  yield null
}

/** Where the next line begins that may be a From line: it follows an empty line, or is the first. -1: there is none. */
function nextFrom(data: Buffer, look: number, isStart: boolean): number {
  if (isStart && look === 0 && data.subarray(0, 5).equals(from)) return 0
  for (let found = Math.max(0, look - 1); ; found++) {
    found = data.indexOf('\nFrom ', found, 'latin1')
    if (found < 0) return -1
    const before = data[found - 1] === 13 ? found - 2 : found - 1
    if (data[before] === 10 || before < 0 && isStart) return found + 1
  }
}

function unquoted(bytes: Buffer): Buffer {
  const pieces: Buffer[] = []
  let taken = 0
  for (let found = bytes.indexOf('>From ', 0, 'latin1'); found >= 0; found = bytes.indexOf('>From ', found + 1, 'latin1')) {
    let start = found
    while (bytes[start - 1] === 62) start--
    if (start > 0 && bytes[start - 1] !== 10) continue
    pieces.push(bytes.subarray(taken, found))
    taken = found + 1
  }
  return taken === 0 ? bytes : Buffer.concat([...pieces, bytes.subarray(taken)])
}

/** The empty line before the next `From ` belongs to the mbox, not to the mail. */
function withoutSeparator(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 10) return bytes
  const line = bytes.subarray(0, bytes.at(-2) === 13 ? -2 : -1)
  return line.length === 0 || line.at(-1) === 10 ? line : bytes
}
