import { domainToASCII, domainToUnicode } from 'node:url'

/** An address as a stanza bears it: `bare` canonical, with what follows the slash as it is. */
export type Jid = { bare: string, domain: string, resource: string | null }

const forbidden = /[\p{C}\p{Z}"&'/:<>@]/u
const label = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}[a-z0-9_])?)*$/

/** Reads an address (RFC 7622 section 3, in its basics: one case, one composition, nothing invisible); null where it is none. */
export function readJid(text: string): Jid | null {
  if (text.length > 3071) return null
  const slash = text.indexOf('/')
  const resource = slash === -1 ? null : text.slice(slash + 1)
  const parts = (slash === -1 ? text : text.slice(0, slash)).split('@')
  if (parts.length > 2 || resource === '' || (resource !== null && (Buffer.byteLength(resource) > 1023 || /\p{Cc}/u.test(resource)))) return null
  const domain = domainOf(parts.at(-1)!)
  if (domain === null) return null
  if (parts.length === 1) return { bare: domain, domain, resource }
  const local = parts[0]!.toLowerCase().normalize('NFC')
  if (local === '' || Buffer.byteLength(local) > 1023 || forbidden.test(local) || local !== local.toLowerCase().normalize('NFC')) return null
  return { bare: `${local}@${domain}`, domain, resource }
}

function domainOf(text: string): string | null {
  const ascii = domainToASCII(text).toLowerCase()
  return label.test(ascii) ? domainToUnicode(ascii).normalize('NFC') : null
}

/** The one form of a person's or room's address, without resource; null where the text is none. */
export function bareJid(text: string): string | null {
  const jid = readJid(text)
  return jid && jid.bare.includes('@') && jid.resource === null ? jid.bare : null
}

/** Somebody under a nickname in a room: the room's address and the nickname. */
export function occupantJid(text: string): string | null {
  const jid = readJid(text)
  return jid && jid.bare.includes('@') && jid.resource !== null ? `${jid.bare}/${jid.resource}` : null
}
