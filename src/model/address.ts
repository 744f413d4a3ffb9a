/**
 * The one strict parser of mail addresses: it decides identity. RFC 5322 section 3.4.1, dot-atom only: no comments,
 * groups, routes, quoted local parts, controls or encoded words. RFC 6531 letters are allowed; domains go through IDNA.
 */
import { domainToASCII } from 'node:url'

const atext = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\u{80}-\\u{10FFFF}-]+"
const addrSpec = new RegExp(`^(${atext}(?:\\.${atext})*)@([^\\s@<>()\\[\\],;:"\\\\]+)$`, 'u')
const forbidden = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u

/** `local@domain` with the domain in lower-case ASCII (IDNA), or null. The local part is compared without case: no provider in use tells them apart. */
export function canonicalEmail(text: string): string | null {
  if (text.length > 320 || forbidden.test(text)) return null
  const match = addrSpec.exec(text.normalize('NFC'))
  if (!match) return null
  const domain = domainToASCII(match[2]!.toLowerCase()).replace(/\.$/, '')
  if (!/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(domain)) return null
  if (match[1]!.length > 64) return null
  return match[1]!.toLowerCase() + '@' + domain
}

/** The domain of a canonical mail address. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1)
}

/**
 * Exactly one mailbox from the value of a From header (unfolded, encoded words still encoded), or null when a reader could
 * name another sender: `addr`, `<addr>`, `phrase <addr>` or `"quoted phrase" <addr>`.
 */
export function parseMailbox(value: string): { address: string, phrase: string } | null {
  const text = value.trim()
  if (text.length > 2000) return null
  const bare = canonicalEmail(text)
  if (bare) return { address: bare, phrase: '' }
  const match = /^((?:"(?:[^"\\\r\n]|\\[^\r\n])*"|[^"<>()@,;:\\[\]\r\n])*)<([^<>\s]+)>$/u.exec(text)
  if (!match) return null
  const address = canonicalEmail(match[2]!)
  if (!address) return null
  return { address, phrase: match[1]!.trim().replace(/^"([\s\S]*)"$/, '$1').replace(/\\(.)/g, '$1') }
}
