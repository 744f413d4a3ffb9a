/** DER and BER as far as CMS needs them (X.690): what lies at a place. */
type Element = { tag: number, from: number, to: number }

const MOST_DEPTH = 12
const SIGNED_DATA = '2a864886f70d010702'
const DATA = '2a864886f70d010701'

/**
 * What was signed, from an S/MIME mail that carries it within the signature (RFC 8551 section 3.5.2, RFC 5652 section 5.1); null where it is no such
 * thing. The signature is not checked. Never reads outside of the bytes.
 */
export function signedContent(bytes: Buffer): Buffer | null {
  const outer = elementAt(bytes, 0, bytes.length, 0)
  const [kind, wrapped] = outer ? inside(bytes, outer) : []
  if (!kind || kind.tag !== 6 || bytes.toString('hex', kind.from, kind.to) !== SIGNED_DATA || !wrapped) return null
  const [signed] = inside(bytes, wrapped)
  const encapsulated = signed ? inside(bytes, signed)[2] : undefined
  const [contentType, content] = encapsulated ? inside(bytes, encapsulated) : []
  if (!contentType || bytes.toString('hex', contentType.from, contentType.to) !== DATA || !content) return null
  const [octets] = inside(bytes, content)
  return octets ? octetsOf(bytes, octets, 0) : null
}

/** An octet string, whole or in pieces. */
function octetsOf(bytes: Buffer, { tag, from, to }: Element, depth: number): Buffer | null {
  if (tag === 4) return bytes.subarray(from, to)
  if (tag !== 0x24 || depth > 2) return null
  const pieces = inside(bytes, { tag, from, to }, 100_000).map((one) => octetsOf(bytes, one, depth + 1))
  return Buffer.concat(pieces.filter((one) => one !== null))
}

function inside(bytes: Buffer, { from, to }: Element, most = 50): Element[] {
  const found: Element[] = []
  for (let at = from; at < to && found.length < most;) {
    const one = elementAt(bytes, at, to, 0)
    if (!one || one.tag === 0) break
    found.push(one)
    at = one.next
  }
  return found
}

function elementAt(bytes: Buffer, at: number, end: number, depth: number): Element & { next: number } | null {
  if (at + 2 > end || depth > MOST_DEPTH) return null
  const tag = bytes[at]!
  const first = bytes[at + 1]!
  if ((tag & 31) === 31) return null
  if (first < 128) return at + 2 + first <= end ? { tag, from: at + 2, to: at + 2 + first, next: at + 2 + first } : null
  if (first > 128) {
    const size = first - 128
    if (size > 5 || at + 2 + size > end) return null
    const from = at + 2 + size
    const to = from + bytes.readUIntBE(at + 2, size)
    return to <= end ? { tag, from, to, next: to } : null
  }
  // Until two zeros: what is in it has to be walked through.
  let next = at + 2
  for (;;) {
    if (next + 2 > end) return null
    if (bytes[next] === 0 && bytes[next + 1] === 0) return { tag, from: at + 2, to: next, next: next + 2 }
    const one = elementAt(bytes, next, end, depth + 1)
    if (!one) return null
    next = one.next
  }
}
