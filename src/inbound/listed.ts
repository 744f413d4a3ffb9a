import { getDomain } from 'tldts'
import { domainOf } from '../model/address.ts'
import type { IncomingMessage } from '../model/incoming.ts'
import type { Proof } from '../model/proof.ts'
import type { UserRule } from '../model/rule.ts'
import { signersOfList, standingOfList } from '../store/lists.ts'
import type { Reader } from '../store/tx.ts'

/** What is proven to have sent a mail of a list: who signed it, and its sender's domain. Empty: nothing. Anybody can write a list's name (RFC 2919 section 8). */
export function signersOf({ list, sender }: Pick<IncomingMessage, 'list' | 'sender'>, { level, signers = [] }: Pick<Proof, 'level' | 'signers'>): string[] {
  if (!list || level === 'conflicting') return []
  const own = level === 'verified' && sender.address?.includes('@') ? [domainOf(sender.address)] : []
  return [...new Set([...signers, ...own])]
}

/**
 * Whether a mail is proven to be of the list it names: whoever the name belongs to has signed it, or whoever sent all of it that there was before the
 * user let the list in (`rule`, else until now).
 */
export function isOfList(tx: Reader, userId: number, listId: string, signers: readonly string[], rule: UserRule | null): boolean {
  if (signers.length === 0) return false
  const home = getDomain(listId, { allowPrivateDomains: true })
  if (signers.some((signer) => signer === listId || listId.endsWith('.' + signer) || (home !== null && getDomain(signer, { allowPrivateDomains: true }) === home))) return true
  const before = signersOfList(tx, userId, listId, rule?.at ?? Number.MAX_SAFE_INTEGER)
  const always = before.reduce<string[] | null>((common, some) => common === null ? some : common.filter((one) => some.includes(one)), null) ?? []
  return signers.some((signer) => always.includes(signer))
}

/** Whether a mail only bears the name of a list that the user has let into the inbox: it must not lie among what comes from there. */
export function isForeign(tx: Reader, userId: number, { list }: Pick<IncomingMessage, 'list'>, signers: readonly string[], rule: UserRule | null): boolean {
  if (!list) return false
  const letIn = rule?.scope === 'list' ? rule.action === 'inbox' : standingOfList(tx, userId, list.id) === 'inbox'
  return letIn && !isOfList(tx, userId, list.id, signers, rule)
}
