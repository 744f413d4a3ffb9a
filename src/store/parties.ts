import type { Contact } from '../model/contact.ts'
import type { Conversation, ConversationKind } from '../model/conversation.ts'
import type { Because, Folder } from '../model/decision.ts'
import type { MessageRow } from '../model/message.ts'
import type { Reader } from './tx.ts'

/** The newest message that came in, as deciding again asks for it. `because` is what was said of it, and read where it was like spam only. */
export type Newest = Pick<MessageRow, 'sender' | 'senderId' | 'proof' | 'automatic'> & { stream: string | null, because: Because | null }

/** A conversation with one person, and what deciding again asks of it. `wroteAt`: when the user last wrote to any of their addresses. */
export type PartyRow = {
  conversation: Pick<Conversation, 'id' | 'kind' | 'title' | 'contactId' | 'people' | 'folder' | 'because' | 'routed' | 'blockedAt' | 'stream'>
  newest: Newest | null
  contact: Pick<Contact, 'id' | 'name' | 'friend' | 'blocked' | 'blockedAt'> | null
  wroteAt: number | null
}

type Columns = {
  id: number, kind: ConversationKind, title: string, contact_id: number | null, people: string | null, folder: Folder, because: string, routed: number, blocked_at: number | null, stream: string | null, sort_at: number | null, strand_id: number,
  sender: string | null, sender_id: number | null, proof: MessageRow['proof'], automatic: MessageRow['automatic'], its_stream: string | null, its_because: string | null, name: string | null, friend: number, blocked: number, contact_blocked_at: number | null, wrote_at: number | null
}

/** A row for each strand, by the strand's own index: its newest message is one step, however long it is. */
const rows = `SELECT c.id, c.kind, c.title, c.contact_id, c.people, c.folder, c.because, c.routed, c.blocked_at, c.stream, s.id AS strand_id, m.sort_at, m.sender, m.sender_id, m.proof, m.automatic, m.stream AS its_stream,
    CASE m.stream WHEN 'spam' THEN m.because END AS its_because, p.name, p.friend, p.blocked, p.blocked_at AS contact_blocked_at, (SELECT max(last_out_at) FROM address WHERE contact_id = c.contact_id) AS wrote_at
  FROM json_each(?1) one CROSS JOIN conversation c ON c.id = one.value JOIN strand s ON s.conversation_id = c.id LEFT JOIN contact p ON p.id = c.contact_id
  LEFT JOIN message m ON m.id = (SELECT id FROM message WHERE strand_id = s.id AND direction = 'in' ORDER BY sort_at DESC, id DESC LIMIT 1)
  WHERE c.user_id = ?2 AND c.redirect_to IS NULL`

/** These conversations of the user, in any order; merged ones are left out. */
export function partiesOf(tx: Reader, userId: number, conversationIds: number[]): PartyRow[] {
  const newest = new Map<number, Columns>()
  for (const row of tx.all<Columns>(rows, JSON.stringify(conversationIds), userId)) {
    const before = newest.get(row.id)
    if (!before || isNewer(row, before)) newest.set(row.id, row)
  }
  return Array.from(newest.values(), partyOf)
}

/** The newest of all strands; of two at one time that in the older strand, as newestIncoming has it. */
function isNewer(row: Columns, before: Columns): boolean {
  if (row.sort_at === null || before.sort_at === null) return before.sort_at === null && row.sort_at !== null
  return row.sort_at > before.sort_at || (row.sort_at === before.sort_at && row.strand_id < before.strand_id)
}

const partyOf = (row: Columns): PartyRow => ({
  conversation: {
    id: row.id, kind: row.kind, title: row.title, contactId: row.contact_id, people: row.people === null ? [] : row.people.split(',').map(Number), folder: row.folder, because: JSON.parse(row.because), routed: row.routed === 1, blockedAt: row.blocked_at, stream: row.stream
  },
  newest: row.sender === null ? null : { sender: JSON.parse(row.sender), senderId: row.sender_id, proof: row.proof, automatic: row.automatic, stream: row.its_stream, because: row.its_because === null ? null : JSON.parse(row.its_because) },
  contact: row.name === null ? null : { id: row.contact_id!, name: row.name, friend: row.friend === 1, blocked: row.blocked === 1, blockedAt: row.contact_blocked_at },
  wroteAt: row.wrote_at || null
})

/** Contacts of the user to whom any way leads, through whomever. */
export function contactsWithPaths(tx: Reader, userId: number): Set<number> {
  return new Set(tx.all<{ id: number }>('SELECT DISTINCT a.contact_id AS id FROM path p JOIN address a ON a.id = p.address_id WHERE a.user_id = ?', userId).map(({ id }) => id))
}
