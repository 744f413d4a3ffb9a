import { getPublicSuffix } from 'tldts'
import { isFreeMail } from '../../config/free-mail.ts'

/** Whether the addresses, or the names, at a domain are many people's who have nothing to do with each other. */
export function isShared(domain: string): boolean {
  return isFreeMail(domain) || getPublicSuffix(domain, { allowPrivateDomains: true }) === domain
}

/** Why nothing can be said of everybody there, and what to do. */
export function sharedWords(domain: string): string {
  return `anybody can have an address at ${domain}, so one word about all of them would be about strangers: decide about the sender`
}
