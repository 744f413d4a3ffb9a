/**
 * The one strict parser of mail addresses: it decides identity. RFC 5322 section 3.4.1, dot-atom only: no comments,
 * groups, routes, quoted local parts, controls or encoded words. Letters of RFC 6531 are allowed; domains go through IDNA.
 * Where two readers could see two addresses, there is none.
 */
import { domainToASCII, domainToUnicode } from 'node:url'

const atext = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\u{80}-\\u{10FFFF}-]+"
const addrSpec = new RegExp(`^(${atext}(?:\\.${atext})*)@([A-Za-z0-9.\\u{80}-\\u{10FFFF}-]+)$`, 'u')
const ascii = /^[\x00-\x7f]*$/
const hostname = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
/**
 * What no address contains: controls, spaces, invisible characters, lone surrogates, the sign for garbled bytes; and the
 * three characters that normalisation turns into ASCII (the Kelvin sign into K), so that none can pass for a plain letter.
 */
const forbidden = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\ufffd\u212a\u037e\u1fef]/u
/** RFC 2047 section 5: an encoded word is not allowed in an address; some readers decode it all the same. */
const encodedWord = /=\?[^?]*\?/
const control = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]/

/**
 * `local@domain` with the domain in lower-case ASCII (IDNA), or null. Two texts with the same result are the same mailbox.
 * The local part is compared without ASCII case: no provider in use tells them apart.
 */
export function canonicalEmail(text: string): string | null {
  if (text.length > 320) return null
  // Of ASCII nothing is normalised, and the shape itself lets no control and no space through.
  const isPlain = ascii.test(text)
  if (!isPlain && forbidden.test(text)) return null
  const match = addrSpec.exec(isPlain ? text : text.normalize('NFC'))
  if (!match) return null
  const [, local, written] = match as unknown as [string, string, string]
  if (Buffer.byteLength(local) > 64 || encodedWord.test(local)) return null
  const domain = canonicalDomain(written)
  return domain === null ? null : lowerAscii(local) + '@' + domain
}

/** The domain of a canonical mail address. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1)
}

/**
 * Exactly one mailbox from the value of a From header (unfolded, encoded words still encoded), or null when a reader could
 * name another sender: `addr`, `<addr>`, `phrase <addr>` or `"quoted phrase" <addr>`. A phrase may be the very same address
 * once more, never another one outside quotes. Linear in the length of the value.
 */
export function parseMailbox(value: string): { address: string, phrase: string } | null {
  if (value.length > 2000 || control.test(value)) return null
  const text = value.replace(/^[ \t]+|[ \t]+$/g, '')
  const bare = canonicalEmail(text)
  if (bare !== null) return { address: bare, phrase: '' }
  if (!text.endsWith('>')) return null

  const open = text.lastIndexOf('<')
  if (open < 0) return null
  const address = canonicalEmail(text.slice(open + 1, -1))
  if (address === null) return null
  const before = text.slice(0, open).trim()
  if (canonicalEmail(before) === address) return { address, phrase: before }
  const phrase = readPhrase(before)
  return phrase === null ? null : { address, phrase }
}

/** RFC 5322 section 3.2.5 with the dots of obs-phrase: the words with quotes taken off, or null when it is more than words. */
function readPhrase(text: string): string | null {
  let words = ''
  let at = 0
  while (at < text.length) {
    const char = text[at]!
    if ('<>()@,;:\\[]'.includes(char)) return null
    at++
    if (char !== '"') {
      words += char
      continue
    }
    while (at < text.length && text[at] !== '"') {
      if (text[at] === '\\') at++
      if (at < text.length) words += text[at]
      at++
    }
    if (at >= text.length) return null
    at++
  }
  return words
}

/** Lower-case ASCII, or null. A domain that IDNA would map to another spelling has two readings, so it has none here. */
function canonicalDomain(written: string): string | null {
  const lower = written.toLowerCase()
  const domain = ascii.test(lower) ? lower : domainToASCII(lower)
  if (!hostname.test(domain) || /(?:^|\.)[0-9]+$/.test(domain)) return null
  return domain === lower || domainToUnicode(domain) === lower ? domain : null
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
