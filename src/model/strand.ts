import type { Address } from './incoming.ts'
import type { ConversationKind } from './conversation.ts'

/**
 * Where messages lie, for ever. The key says what makes a strand; a conversation is a set of strands.
 * `members` are the proven addresses it is with: one for a person, several for a group, none otherwise.
 */
export type StrandSpec = { key: string, kind: ConversationKind, members: Address[], title: string }

/** More people than this in one mail is an announcement, not a group: it lies with its sender. */
export const groupLimit = 50

const keyOf = ({ kind, address }: Address) => `${kind}:${address}`

/** Among others an address must not read as two: networks allow commas in theirs. */
const memberKey = (address: Address) => keyOf(address).replace(/[%,]/g, (char) => char === '%' ? '%25' : '%2C')

/** The strand of one person or of a set of people; `members` without the user's own addresses, at least one. */
export function strandOfPeople(members: Address[]): StrandSpec {
  const byKey = new Map(members.map((member) => [memberKey(member), member]))
  if (byKey.size === 1) return { key: keyOf(members[0]!), kind: 'person', members: [members[0]!], title: '' }
  const keys = [...byKey.keys()].sort()
  return { key: 'group:' + keys.join(','), kind: 'group', members: keys.map((key) => byKey.get(key)!), title: '' }
}

/** One strand for each List-Id (RFC 2919); another for what only bears its name (`foreign`). */
export function strandOfList(list: { id: string, name?: string }, foreign = false): StrandSpec {
  return { key: (foreign ? 'unproven:list:' : 'list:') + list.id, kind: 'list', members: [], title: list.name ?? list.id }
}

/** A room or named group that has an id of its own on its network. */
export function strandOfRoom(accountId: number, room: { id: string, name?: string }): StrandSpec {
  return { key: `room:${accountId}:${room.id}`, kind: 'group', members: [], title: room.name ?? room.id }
}

/** Bounces and what could not be read. */
export function strandOfSystem(accountId: number, title: string): StrandSpec {
  return { key: `system:${accountId}`, kind: 'system', members: [], title }
}

/** Mail that a machine sent on behalf of an address: kept out of that person's own thread. */
export function strandOfMachine(address: Address, title: string): StrandSpec {
  return { key: 'auto:' + keyOf(address), kind: 'system', members: [], title }
}

/** A sender whose proof did not suffice: apart from the person that the address would name. */
export function strandOfUnproven(sender: { kind: string, address: string | null }, rawDigest: string, title: string): StrandSpec {
  const key = sender.address === null ? `raw:${sender.kind}:${rawDigest}` : `unproven:${sender.kind}:${sender.address}`
  return { key, kind: 'person', members: [], title }
}
