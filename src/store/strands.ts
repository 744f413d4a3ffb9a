import type { Because, Folder } from '../model/decision.ts'
import type { ChangeList } from '../model/event.ts'
import type { StrandSpec } from '../model/strand.ts'
import { conversationAmong, conversationWith, getConversation, insertConversation, peopleKey, recount, updateConversation } from './conversations.ts'
import type { Conversation } from '../model/conversation.ts'
import { ensureAddress, getAddress } from './contacts.ts'
import type { Reader, Writer } from './tx.ts'

export type Strand = { id: number, conversationId: number, addressId: number | null, unread: number, lastAt: number }

type Columns = { id: number, conversation_id: number, address_id: number | null, unread: number, last_at: number }
const strandOf = (row: Columns): Strand => ({ id: row.id, conversationId: row.conversation_id, addressId: row.address_id, unread: row.unread, lastAt: row.last_at })

export function findStrand(tx: Reader, userId: number, key: string): Strand | undefined {
  const row = tx.get<Columns>('SELECT id, conversation_id, address_id, unread, last_at FROM strand WHERE user_id = ? AND key = ?', userId, key)
  return row && strandOf(row)
}

/** The strands of a conversation: its messages are theirs. */
export function strandsOf(tx: Reader, conversationId: number): Strand[] {
  return tx.all<Columns>('SELECT id, conversation_id, address_id, unread, last_at FROM strand WHERE conversation_id = ? ORDER BY id', conversationId).map(strandOf)
}

/** The room that a conversation is, as its network names it; undefined for any other. */
export function roomOf(tx: Reader, conversationId: number): { accountId: number, id: string } | undefined {
  const row = tx.get<{ key: string }>("SELECT key FROM strand WHERE conversation_id = ? AND key LIKE 'room:%' LIMIT 1", conversationId)
  const match = row && /^room:([0-9]+):(.+)$/s.exec(row.key)
  return match ? { accountId: Number(match[1]), id: match[2]! } : undefined
}

/** The contacts in a strand, each once. */
export function peopleOf(tx: Reader, strandId: number): number[] {
  const group = tx.all<{ id: number }>('SELECT DISTINCT a.contact_id AS id FROM strand_member m JOIN address a ON a.id = m.address_id WHERE m.strand_id = ?', strandId)
  if (group.length) return group.map(({ id }) => id)
  return tx.all<{ id: number }>('SELECT a.contact_id AS id FROM strand s JOIN address a ON a.id = s.address_id WHERE s.id = ?', strandId).map(({ id }) => id)
}

/** The strand, made on first use, in the conversation of its people: one for each contact, one for each set of contacts. `first` says where a new conversation goes. */
export function ensureStrand(tx: Writer, changes: ChangeList, userId: number, spec: StrandSpec, first: { folder: Folder, because: Because, blockedAt?: number | null, stream?: string | null }): { strand: Strand, conversation: Conversation, created: boolean } {
  const known = findStrand(tx, userId, spec.key)
  if (known) return { strand: known, conversation: getConversation(tx, userId, known.conversationId)!, created: false }
  const members = spec.members.map((member) => ensureAddress(tx, changes, userId, member))
  const contacts = members.map(({ contactId }) => contactId)
  // Several addresses of one contact are that person.
  const contactId = new Set(contacts).size === 1 ? contacts[0]! : null
  const people = contactId === null && members.length ? peopleKey(contacts) : null
  const addressId = members.length === 1 ? members[0]!.id : null
  const found = contactId !== null ? conversationWith(tx, userId, contactId) : people !== null ? conversationAmong(tx, userId, people) : undefined
  const conversation = found ?? insertConversation(tx, { userId, kind: contactId === null ? spec.kind : 'person', title: spec.title, contactId, people, ...first })
  const id = tx.nextId('strand')
  tx.run('INSERT INTO strand (id, user_id, key, address_id, conversation_id) VALUES (?, ?, ?, ?, ?)', id, userId, spec.key, addressId, conversation.id)
  if (members.length > 1) for (const member of members) tx.run('INSERT INTO strand_member (strand_id, address_id) VALUES (?, ?)', id, member.id)
  return { strand: { id, conversationId: conversation.id, addressId, unread: 0, lastAt: 0 }, conversation, created: !found }
}

/** Counts a new message in its strand; `recount` of the conversation follows once for each transaction. */
export function addToStrand(tx: Writer, strandId: number, message: { id: number, sortAt: number, unread: boolean }): void {
  tx.run(
    'UPDATE strand SET unread = unread + ?1, last_message_id = CASE WHEN ?2 >= last_at THEN ?3 ELSE last_message_id END, last_at = max(last_at, ?2) WHERE id = ?4',
    Number(message.unread), message.sortAt, message.id, strandId
  )
}

export function lowerUnread(tx: Writer, strandId: number, by: number): void {
  tx.run('UPDATE strand SET unread = unread - ? WHERE id = ?', by, strandId)
}

/** The strands that an address has a part in, alone or in a group. */
export function strandsWith(tx: Reader, addressId: number): { id: number, alone: boolean, conversationId: number }[] {
  return [
    ...tx.all<{ id: number, conversation_id: number }>('SELECT id, conversation_id FROM strand WHERE address_id = ?', addressId).map(({ id, conversation_id }) => ({ id, alone: true, conversationId: conversation_id })),
    ...tx.all<{ id: number, conversation_id: number }>('SELECT s.id, s.conversation_id FROM strand_member m JOIN strand s ON s.id = m.strand_id WHERE m.address_id = ?', addressId).map(({ id, conversation_id }) => ({ id, alone: false, conversationId: conversation_id }))
  ]
}

/** Puts a strand into a conversation. The caller recounts both. */
export function moveStrand(tx: Writer, strandId: number, conversationId: number): void {
  tx.run('UPDATE strand SET conversation_id = ? WHERE id = ?', conversationId, strandId)
}

/**
 * After addresses changed hands: every strand of theirs goes to the conversation of the people it now is with. No message
 * is rewritten. A conversation that is left without strands redirects to where the last of them went. Clients refetch (`reset`).
 */
export function regroup(tx: Writer, changes: ChangeList, userId: number, addressIds: number[]): void {
  const touched = new Set<number>()
  const went = new Map<number, number>()
  for (const addressId of addressIds) {
    for (const strand of strandsWith(tx, addressId)) {
      const now = getConversation(tx, userId, strand.conversationId)!
      const target = strand.alone ? homeOfPerson(tx, userId, getAddress(tx, addressId)!.contactId, now) : homeOfGroup(tx, changes, userId, peopleOf(tx, strand.id), now)
      if (target === strand.conversationId) continue
      moveStrand(tx, strand.id, target)
      touched.add(strand.conversationId).add(target)
      went.set(strand.conversationId, target)
    }
  }
  for (const id of touched) {
    const target = went.get(id)
    const conversation = getConversation(tx, userId, id)!
    if (target !== undefined && strandsOf(tx, id).length === 0) updateConversation(tx, changes, conversation, { redirectTo: target }, { reset: true })
    recount(tx, changes, id, { reset: true })
  }
}

function homeOfPerson(tx: Writer, userId: number, contactId: number, now: Conversation): number {
  const home = conversationWith(tx, userId, contactId)
  if (home) return home.id
  return insertConversation(tx, { userId, kind: 'person', title: '', contactId, people: null, folder: now.folder, because: now.because }).id
}

/** A group that a merge shrank to one person is that person's, and equal groups become one. */
function homeOfGroup(tx: Writer, changes: ChangeList, userId: number, contactIds: number[], now: Conversation): number {
  if (now.people.length === 0 && now.contactId === null) return now.id
  if (contactIds.length === 1) return homeOfPerson(tx, userId, contactIds[0]!, now)
  const people = peopleKey(contactIds)
  const home = conversationAmong(tx, userId, people)
  if (home) return home.id
  const alike = strandsOf(tx, now.id).every(({ id }) => peopleKey(peopleOf(tx, id)) === people)
  if (alike && now.contactId === null) {
    updateConversation(tx, changes, now, { people }, { reset: true })
    return now.id
  }
  return insertConversation(tx, { userId, kind: 'group', title: '', contactId: null, people, folder: now.folder, because: now.because }).id
}

/** The addresses whose own strands, proven, make up a conversation: a person's, or a machine's. None for groups, rooms and what is not proven. */
export function writerAddresses(tx: Reader, conversationId: number): { kind: string, address: string }[] {
  return tx.all<{ key: string }>("SELECT key FROM strand WHERE conversation_id = ? ORDER BY id", conversationId).flatMap(({ key }) => {
    if (/^(?:group|room|list|system|unproven|raw):/.test(key)) return []
    const own = key.replace(/^auto:/, '')
    const colon = own.indexOf(':')
    return [{ kind: own.slice(0, colon), address: own.slice(colon + 1) }]
  })
}
