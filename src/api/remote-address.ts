import ipaddr from 'ipaddr.js'
import { isIP } from 'node:net'

/** All that is handed out to the open internet (RFC 4291 section 2.4); what lies beside it may stand for an IPv4 address, too. */
const global = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Whether an address is one of the open internet (IANA special-purpose registries): no private, loopback, link-local, multicast or
 * reserved one, none that stands for an IPv4 address (mapped, NAT64, 6to4, Teredo) and could so be any of these.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false
  const parsed = ipaddr.process(address)
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(global))
}
