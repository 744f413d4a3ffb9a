import { parse } from 'tldts'

/** Where a link goes: an address that is safe to open, and the host (or mail address) to show. */
export type Link = { href: string, host: string }

const schemes: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:', 'tel:'])

/** null: it leads nowhere that a mail may lead to (scripts, files, other programs, places in the mail itself). */
export function readLink(written: string): Link | null {
  if (!/^\s*[a-z][a-z0-9+.-]*:/i.test(written.replace(/[\t\n\r]/g, ''))) return null
  const url = parsed(written)
  if (!url || !schemes.has(url.protocol) || url.href.length > 4096) return null
  // A name before the host is there to be taken for it.
  url.username = url.password = ''
  return url.protocol === 'mailto:' || url.protocol === 'tel:' ? { href: url.href, host: decoded(url.pathname) } : { href: url.href, host: url.host }
}

/** Absolute http and https addresses of pictures; null for all others. */
export function readRemote(written: string): string | null {
  const url = parsed(written)
  return url && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '' && url.href.length <= 4096 ? url.href : null
}

/**
 * The place that the words of a link name where that is not the place it goes to (RFC 3986 has no say in it: people read the
 * words). null where they name none, or the same registrable domain (Public Suffix List).
 */
export function otherPlace(words: string, { href, host }: Link): string | null {
  if (href.startsWith('tel:')) return null
  const named = words.slice(0, 300).split(/[\s<>"'()[\],;]+/).map(placeIn).filter((place) => place !== null)
  const goes = href.startsWith('mailto:') ? domainOf(host.split('@').at(-1)!) : domainOf(new URL(href).hostname)
  return named.length === 0 || named.some((place) => domainOf(place) === goes) ? null : named[0]!
}

/** A host that a word names: an address, or a name under a public ending. */
function placeIn(word: string): string | null {
  const written = /^(?:https?:\/\/|www\.)/i.test(word)
  const url = parsed(written && !/^www/i.test(word) ? word : `https://${word.includes('@') && !word.includes('/') ? word.split('@').at(-1) : word}`)
  if (!url || !url.hostname.includes('.')) return null
  const { isIcann, isIp, domain } = parse(url.hostname)
  return domain !== null && isIcann || written || isIp && /^\d+(?:\.\d+){3}$/.test(word) || word.includes('@') && domain !== null ? url.hostname : null
}

const domainOf = (host: string): string => parse(host).domain ?? host

function parsed(text: string): URL | null {
  return URL.canParse(text.trim()) ? new URL(text.trim()) : null
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
