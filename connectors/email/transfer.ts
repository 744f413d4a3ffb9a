/** Content-Transfer-Encoding (RFC 2045 section 6) as it comes, damaged or not. */

const block = 4 * 256 * 1024

/** The bytes of a part in pieces of at most about a megabyte, none where it is empty. Linear, never throws. */
export function* transferred(bytes: Buffer, encoding: string): Generator<Buffer> {
  if (encoding === 'base64') yield* base64(bytes)
  else if (encoding === 'quoted-printable') yield* slices(quotedPrintable(bytes))
  else if (/^(?:x-)?uu(?:encode|e)?$/.test(encoding)) yield* slices(uudecoded(bytes))
  else yield* slices(bytes)
}

function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += block) yield bytes.subarray(at, at + block)
}

/** All of it at once. */
export function transferredWhole(bytes: Buffer, encoding: string): Buffer {
  const found = [...transferred(bytes, encoding)]
  return found.length === 1 ? found[0]! : Buffer.concat(found)
}

/** What is no letter of base64 is passed over; `=` ends a run, and some put several runs into one part. */
function* base64(bytes: Buffer): Generator<Buffer> {
  let rest = ''
  for (let at = 0; at < bytes.length; at += block) {
    const runs = (rest + bytes.toString('latin1', at, at + block).replace(/[^A-Za-z0-9+/=]+/g, '')).split(/=+/)
    rest = ''
    for (const [index, run] of runs.entries()) {
      const last = index === runs.length - 1 && at + block < bytes.length
      const whole = last ? run.length - run.length % 4 : run.length
      if (whole > 0) yield Buffer.from(run.slice(0, whole), 'base64')
      rest = last ? run.slice(whole) : ''
    }
  }
}

function quotedPrintable(bytes: Buffer): Buffer {
  const found = Buffer.allocUnsafe(bytes.length)
  let length = 0
  let spaces = 0
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes[at]!
    // White space at the end of a line was put there on the way.
    if (code === 10 || code === 13) length -= spaces
    spaces = code === 32 || code === 9 ? spaces + 1 : 0
    if (code !== 61) {
      found[length++] = code
      continue
    }
    let next = at + 1
    while (bytes[next] === 32 || bytes[next] === 9) next++
    if (next >= bytes.length) break
    if (bytes[next] === 10 || bytes[next] === 13 && bytes[next + 1] === 10) {
      at = bytes[next] === 10 ? next : next + 1
      continue
    }
    const [high, low] = [hex(bytes[at + 1]!), hex(bytes[at + 2] ?? 0)]
    if (high < 0 || low < 0) found[length++] = code
    else {
      found[length++] = high * 16 + low
      at += 2
    }
  }
  return found.subarray(0, length - spaces)
}

function hex(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}

function uudecoded(bytes: Buffer): Buffer {
  const found: Buffer[] = []
  let inside = false
  for (const line of bytes.toString('latin1').split(/\r?\n/)) {
    if (!inside) {
      inside = /^begin [0-7]{3,4} /.test(line)
      continue
    }
    if (/^(?:end|`)?\s*$/.test(line)) {
      if (line.startsWith('end')) inside = false
      continue
    }
    const size = (line.charCodeAt(0) - 32) & 63
    const out = Buffer.alloc(Math.ceil((line.length - 1) / 4) * 3)
    for (let at = 1, to = 0; at < line.length; at += 4, to += 3) {
      const [a = 0, b = 0, c = 0, d = 0] = [0, 1, 2, 3].map((step) => ((line.charCodeAt(at + step) || 32) - 32) & 63)
      out[to] = a << 2 | b >> 4
      out[to + 1] = b << 4 & 255 | c >> 2
      out[to + 2] = c << 6 & 255 | d
    }
    found.push(out.subarray(0, Math.min(size, out.length)))
  }
  return Buffer.concat(found)
}
