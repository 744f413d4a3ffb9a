import { lookup as systemLookup } from 'node:dns/promises'
import { request } from 'node:https'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Unsubscribe } from '../model/incoming.ts'
import { Refused } from './refused.ts'

export type Unsubscribing = {
  /** The addresses of a host; rejects where there is none. */
  resolve?(host: string): Promise<string[]>
  /** Posts a form to an https URL by one of these addresses; resolves with the status. */
  post?(url: URL, body: string, addresses: string[]): Promise<number>
}

/** How a message can be unsubscribed from: by one request of ours, by a mail, or on a page that the user opens; null: it offers nothing. */
export function unsubscribing(_row: object, { unsubscribe }: { unsubscribe: Unsubscribe | null }): { how: 'one-click' | 'mail' | 'page', url?: string } | null {
  if (!unsubscribe) return null
  if (unsubscribe.oneClick && unsubscribe.url !== undefined) return { how: 'one-click' }
  if (unsubscribe.mail) return { how: 'mail' }
  return unsubscribe.url === undefined ? null : { how: 'page', url: unsubscribe.url }
}

/**
 * RFC 8058 section 3.2: one POST, without cookies or anything else about the user, by https only, to public addresses only; no redirect is
 * followed. The connection goes to the very address that was looked at. Throws Refused with words.
 */
export async function oneClick(text: string, { resolve = addressesOf, post = postForm }: Unsubscribing = {}): Promise<void> {
  const url = URL.parse(text)
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '' || (url.port !== '' && url.port !== '443')) throw new Refused('conflict', 'The link for unsubscribing is not a plain https link, so it is not called. Open the mail\'s own link in a browser if you trust it')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (ipaddr.isValid(host)) throw new Refused('conflict', 'The link for unsubscribing names a bare address instead of a host, so it is not called')
  const addresses = await resolve(host).catch(() => { throw new Refused('conflict', `The host ${host} of the link for unsubscribing cannot be found. Try again later`) })
  if (addresses.length === 0 || !addresses.every(isPublic)) throw new Refused('conflict', 'The link for unsubscribing leads into a private network, so it is not called')
  const status = await post(url, 'List-Unsubscribe=One-Click', addresses).catch(() => { throw new Refused('conflict', `${host} did not answer. Try again later`) })
  if (status < 200 || status >= 300) throw new Refused('conflict', `${host} did not take it (${status}). Try again later, or open the link in the mail`)
}

/** RFC 4291 section 2.4: nothing else is handed out to the open internet. */
const global = ipaddr.IPv6.parseCIDR('2000::/3')

/** Whether an address is one of the open internet: not loopback, private, link-local, shared, reserved, or IPv4 inside IPv6. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(global))
}

async function addressesOf(host: string): Promise<string[]> {
  return (await systemLookup(host, { all: true })).map(({ address }) => address)
}

function postForm(url: URL, body: string, addresses: string[]): Promise<number> {
  const [first] = addresses as [string]
  const family = ipaddr.parse(first).kind() === 'ipv6' ? 6 : 4
  const lookup: LookupFunction = (_host, options, callback) => options.all ? callback(null, [{ address: first, family }]) : callback(null, first, family)
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', lookup, agent: false, headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) }, signal: AbortSignal.timeout(10_000) }, (answer) => {
      answer.destroy()
      resolve(answer.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
