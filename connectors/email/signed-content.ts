import { hexOf, inside, octetsOf, elementAt } from './der.ts'

const SIGNED_DATA = '2a864886f70d010702'
const DATA = '2a864886f70d010701'

/**
 * What was signed, from an S/MIME mail that carries it within the signature (RFC 8551 section 3.5.2, RFC 5652 section 5.1); null where it is no such
 * thing. The signature is not checked. Never reads outside of the bytes.
 */
export function signedContent(bytes: Buffer): Buffer | null {
  const encapsulated = signedParts(bytes)?.[2]
  const [contentType, content] = encapsulated ? inside(bytes, encapsulated) : []
  if (!contentType || hexOf(bytes, contentType) !== DATA || !content) return null
  const [octets] = inside(bytes, content)
  return octets ? octetsOf(bytes, octets) : null
}

/** The parts of a SignedData (RFC 5652 section 5.1): version, digest algorithms, content, certificates and so on; null where it is none. */
export function signedParts(bytes: Buffer): ReturnType<typeof inside> | null {
  const outer = elementAt(bytes, 0, bytes.length)
  const [kind, wrapped] = outer ? inside(bytes, outer) : []
  if (!kind || kind.tag !== 6 || hexOf(bytes, kind) !== SIGNED_DATA || !wrapped) return null
  const [signed] = inside(bytes, wrapped)
  return signed ? inside(bytes, signed) : null
}
