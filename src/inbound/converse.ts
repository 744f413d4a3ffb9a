import type { Address, IncomingMessage } from '../model/incoming.ts'
import { groupLimit, strandOfList, strandOfMachine, strandOfPeople, strandOfRoom, strandOfSystem, strandOfUnproven } from '../model/strand.ts'
import type { StrandSpec } from '../model/strand.ts'

const keyOf = ({ kind, address }: Address) => `${kind}:${address}`

/**
 * Where a message lies. Decided by who sent it to whom, never by what it refers to: nobody gets into a conversation by
 * quoting a Message-ID. `own` are the user's addresses as `kind:address`. `foreign`: it only bears the name of its list.
 */
export function strandOf(message: IncomingMessage, { accountId, own, enough, foreign = false, senderDigest }: { accountId: number, own: ReadonlySet<string>, enough: boolean, foreign?: boolean, senderDigest: string }): StrandSpec {
  const { sender } = message
  const shown = sender.name || sender.address || sender.raw
  if (message.room) return strandOfRoom(accountId, message.room)
  if (message.direction === 'out') return outgoing(message, own)
  if (message.unreadable !== undefined && sender.address === null) return strandOfSystem(accountId, 'Messages from machines')
  if (message.automatic === 'bounce') return strandOfSystem(accountId, 'Messages from machines')
  if (message.list) return strandOfList(message.list, foreign)
  if (!enough || sender.address === null) return strandOfUnproven(sender, senderDigest, shown)
  const from = { kind: sender.kind, address: sender.address, ...(sender.name ? { name: sender.name } : {}) }
  if (message.automatic && message.automatic !== 'invitation') return strandOfMachine(from, shown)
  const seen = message.recipients.filter(({ role }) => role !== 'bcc')
  const others = seen.filter((recipient) => !own.has(keyOf(recipient)) && keyOf(recipient) !== keyOf(from))
  // Whoever got it by Bcc is no part of the group: an answer among them would tell that.
  const isAmongThem = seen.some((recipient) => own.has(keyOf(recipient)))
  return strandOfPeople(!isAmongThem || others.length > groupLimit ? [from] : [from, ...others])
}

function outgoing(message: IncomingMessage, own: ReadonlySet<string>): StrandSpec {
  const people = message.recipients.filter((recipient) => !own.has(keyOf(recipient)))
  const seen = people.filter(({ role }) => role !== 'bcc')
  const chosen = seen.length ? seen : people
  if (chosen.length > 0) return strandOfPeople(chosen.slice(0, groupLimit))
  return strandOfPeople([{ kind: message.sender.kind, address: message.sender.address ?? message.sender.raw }])
}
