import type { ChangeList } from '../model/event.ts'
import type { Address } from '../model/incoming.ts'
import { foldedSenders, ownerBlocked, unfoldMessages } from '../store/block.ts'
import { addressesOf } from '../store/contacts.ts'
import type { Reader, Writer } from '../store/tx.ts'
import { trustOf } from './trust.ts'
import type { Trust } from './trust.ts'

/** Whether the user has blocked whoever writes from an address: the person, the address or its domain. */
export function isBlocked(tx: Reader, userId: number, { kind, address }: Address, trust: Pick<Trust, 'rule'> = trustOf(tx, userId)): boolean {
  return ownerBlocked(tx, userId, { kind, address }) || trust.rule({ kind, address, list: null })?.action === 'block'
}

/** What somebody has written among others is folded only as long as they are blocked, by whatever that was. Without a contact: of everybody. */
export function unfold(tx: Writer, changes: ChangeList, userId: number, trust: Trust, contactId?: number): void {
  const senders = contactId === undefined ? foldedSenders(tx, userId) : addressesOf(tx, contactId)
  for (const sender of senders) if (!isBlocked(tx, userId, sender, trust)) unfoldMessages(tx, changes, userId, sender)
}
