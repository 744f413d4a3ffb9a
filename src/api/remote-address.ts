import ipaddr from 'ipaddr.js'
import { isIP } from 'node:net'

/**
 * Whether an address is one of the open internet (IANA special-purpose registries): no private, loopback, link-local, multicast or
 * reserved one, none that stands for an IPv4 address (mapped, NAT64, 6to4, Teredo) and could so be any of these.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false
  const parsed = ipaddr.process(address)
  return parsed.range() === 'unicast'
}
