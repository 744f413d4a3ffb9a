import { constants, hash, verify, X509Certificate } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { SealCard, Signer } from '#connector'
import { hexOf, inside, octetsOf } from './der.ts'
import type { Element } from './der.ts'
import { signedContent, signedParts } from './signed-content.ts'
import { oneLine } from './words.ts'

/** Older ones (MD5, SHA-1) prove nothing any more. */
const digests: Record<string, 'sha256' | 'sha384' | 'sha512'> = { '608648016503040201': 'sha256', '608648016503040202': 'sha384', '608648016503040203': 'sha512' }
const MESSAGE_DIGEST = '2a864886f70d010904'
const PSS = '2a864886f70d01010a'
const MOST_CERTIFICATES = 10
const MOST_KEY_BITS = 8192

/** What is told of a signature: see the card. */
export type Sealed = Pick<SealCard, 'state' | 'signer'>

/**
 * Looks whether an S/MIME signature (RFC 5652 section 5.4, RFC 8551) fits what it signs and a certificate that comes with it: `intact` or `changed`; `unchecked`
 * where it cannot be told. `content`: what is signed, with its lines ended by CRLF; null where the signature holds it. Nothing says who issued the
 * certificate, so it proves no sender: anybody can make one in any name. Bounded; does not throw.
 */
export function sealedBy(signature: Buffer, content: Buffer | null): Sealed {
  try {
    return read(signature, content)
  } catch {
    return { state: 'unchecked' }
  }
}

function read(bytes: Buffer, detached: Buffer | null): Sealed {
  const parts = signedParts(bytes)
  const content = detached ?? signedContent(bytes)
  const [info, another] = inside(bytes, parts?.at(-1) ?? { from: 0, to: 0 })
  if (!parts || parts.at(-1)!.tag !== 0x31 || !content || !info || another) return { state: 'unchecked' }
  const [, sid, algorithm, ...rest] = inside(bytes, info)
  const attributes = rest[0]?.tag === 0xa0 ? rest.shift() : undefined
  const [scheme, written] = rest
  const digest = digests[idOf(bytes, algorithm)]
  const certificate = certificateOf(bytes, parts, sid)
  if (!certificate || !scheme || !written) return { state: 'unchecked' }
  const signer = signerOf(certificate)
  const value = octetsOf(bytes, written)
  if (!digest || !value || !usable(certificate.publicKey)) return { state: 'unchecked', signer }
  const said = attributes && messageDigest(bytes, attributes)
  const fits = (said ? said.equals(hash(digest, content, 'buffer')) : !attributes)
    && matches(digest, attributes ? setOf(bytes, attributes) : content, certificate.publicKey, value, idOf(bytes, scheme) === PSS)
  return { state: fits ? 'intact' : 'changed', signer }
}

/** The first member of an algorithm: its id. */
function idOf(bytes: Buffer, algorithm: Element | undefined): string {
  const [id] = algorithm ? inside(bytes, algorithm) : []
  return id ? hexOf(bytes, id) : ''
}

/** The certificate that the signature names by its number. */
function certificateOf(bytes: Buffer, parts: Element[], sid: Element | undefined): X509Certificate | null {
  const given = parts.find(({ tag }) => tag === 0xa0)
  if (!given || !sid) return null
  const all = inside(bytes, given, MOST_CERTIFICATES).filter(({ tag }) => tag === 0x30).map(({ at, next }) => new X509Certificate(bytes.subarray(at, next)))
  // By its key's id alone it can be told only where there is no other.
  if (sid.tag !== 0x30) return all.length === 1 ? all[0]! : null
  const [, serial] = inside(bytes, sid)
  const number = serial ? hexOf(bytes, serial).replace(/^(?:00)+/, '').toUpperCase() : ''
  return all.find(({ serialNumber }) => serialNumber.replace(/^(?:00)+/, '') === number) ?? null
}

function usable(key: KeyObject): boolean {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  return type === 'ec' || type === 'ed25519' || (type === 'rsa' || type === 'rsa-pss') && (details?.modulusLength ?? Infinity) <= MOST_KEY_BITS
}

function matches(digest: string, data: Buffer, key: KeyObject, value: Buffer, pss: boolean): boolean {
  if (key.asymmetricKeyType === 'ed25519') return verify(null, data, key, value)
  return verify(digest, data, pss ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO } : key, value)
}

function messageDigest(bytes: Buffer, attributes: Element): Buffer | null {
  for (const attribute of inside(bytes, attributes)) {
    const [id, values] = inside(bytes, attribute)
    const [value] = id && values && hexOf(bytes, id) === MESSAGE_DIGEST ? inside(bytes, values) : []
    if (value) return octetsOf(bytes, value)
  }
  return null
}

/** Signed attributes as they are signed: with the tag of a SET (RFC 5652 section 5.4). */
function setOf(bytes: Buffer, { from, to }: Element): Buffer {
  const length = to - from
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([0x31, ...size]), bytes.subarray(from, to)])
}

function signerOf({ subject, subjectAltName, issuer, validFromDate, validToDate }: X509Certificate): Signer {
  const named = (names: string, key: string) => names.split('\n').find((line) => line.startsWith(key + '='))?.slice(key.length + 1)
  const addresses = [...(subjectAltName ?? '').matchAll(/(?:^|, )email:("?)([^",\s]{1,254})\1/g)].map((match) => match[2]!)
  const old = named(subject, 'emailAddress')
  const name = oneLine(named(subject, 'CN') ?? '', 200)
  if (!Number.isFinite(validFromDate.getTime()) || !Number.isFinite(validToDate.getTime())) throw new Error('no times')
  return {
    ...(name && { name }), addresses: [...new Set([...addresses, ...(old ? [oneLine(old, 254)] : [])])].slice(0, 10),
    issuer: oneLine(named(issuer, 'O') ?? named(issuer, 'CN') ?? '', 200), from: validFromDate.getTime(), to: validToDate.getTime()
  }
}
