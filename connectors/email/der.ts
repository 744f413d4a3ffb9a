const MOST_DEPTH = 12

/** DER and BER as far as CMS needs them (X.690): what lies at a place; `at`: where it begins with its tag. */
export type Element = { tag: number, at: number, from: number, to: number, next: number }

/** What is right inside of an element, at most so many; ends before what is damaged. Never reads outside of it. */
export function inside(bytes: Buffer, { from, to }: { from: number, to: number }, most = 50): Element[] {
  const found: Element[] = []
  for (let at = from; at < to && found.length < most;) {
    const one = elementAt(bytes, at, to)
    if (!one || one.tag === 0) break
    found.push(one)
    at = one.next
  }
  return found
}

/** An octet string (X.690 section 8.7), whole or in pieces; null for anything else. */
export function octetsOf(bytes: Buffer, { tag, from, to }: { tag: number, from: number, to: number }, depth = 0): Buffer | null {
  if (tag === 4) return bytes.subarray(from, to)
  if (tag !== 0x24 || depth > 2) return null
  const pieces = inside(bytes, { from, to }, 100_000).map((one) => octetsOf(bytes, one, depth + 1))
  return Buffer.concat(pieces.filter((one) => one !== null))
}

/** What an element holds, as hexadecimal digits. */
export function hexOf(bytes: Buffer, { from, to }: { from: number, to: number }): string {
  return bytes.toString('hex', from, to)
}

/** The element at a place; null where none ends before `end`. */
export function elementAt(bytes: Buffer, at: number, end: number, depth = 0): Element | null {
  if (at + 2 > end || depth > MOST_DEPTH) return null
  const tag = bytes[at]!
  const first = bytes[at + 1]!
  if ((tag & 31) === 31) return null
  if (first < 128) return at + 2 + first <= end ? { tag, at, from: at + 2, to: at + 2 + first, next: at + 2 + first } : null
  if (first > 128) {
    const size = first - 128
    if (size > 5 || at + 2 + size > end) return null
    const from = at + 2 + size
    const to = from + bytes.readUIntBE(at + 2, size)
    return to <= end ? { tag, at, from, to, next: to } : null
  }
  // Until two zeros: what is in it has to be walked through.
  let next = at + 2
  for (;;) {
    if (next + 2 > end) return null
    if (bytes[next] === 0 && bytes[next + 1] === 0) return { tag, at, from: at + 2, to: next, next: next + 2 }
    const one = elementAt(bytes, next, end, depth + 1)
    if (!one) return null
    next = one.next
  }
}
