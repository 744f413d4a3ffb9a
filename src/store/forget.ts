import type { ChangeList } from '../model/event.ts'
import type { Folder } from '../model/decision.ts'
import { orphanCards } from './book-cards.ts'
import { recount, titlesChanged } from './conversations.ts'
import { forgetKeys, messageIdsOf } from './forget-topics.ts'
import { forgetReactions, forgetStrands, holdsMessages } from './forget-traces.ts'
import { forgetDomains } from './look-alikes.ts'
import { deleteRule, getRule } from './rules.ts'
import type { Reader, Writer } from './tx.ts'

/** The strands in which only this contact and the user are, also what machines send from their addresses and what only says that it is from them. */
const alone = `SELECT s.id FROM address a JOIN strand s ON s.address_id = a.id WHERE a.contact_id = ?1
  UNION SELECT s.id FROM address a JOIN strand s ON s.user_id = a.user_id AND s.key IN ('auto:' || a.kind || ':' || a.address, 'unproven:' || a.kind || ':' || a.address) WHERE a.contact_id = ?1`

/** What a contact and the user have said to each other alone, and what they have written in groups: oldest first, at most `limit`. */
export function messagesWith(tx: Reader, contactId: number, { after = 0, limit }: { after?: number, limit: number }): number[] {
  return tx.all<{ id: number }>(
    `SELECT id FROM message WHERE id > ?2 AND (strand_id IN (${alone}) OR (sender_id IN (SELECT id FROM address WHERE contact_id = ?1) AND strand_id IN (
       SELECT m.strand_id FROM address a JOIN strand_member m ON m.address_id = a.id WHERE a.contact_id = ?1 UNION SELECT p.strand_id FROM address a JOIN speaker p ON p.address_id = a.id WHERE a.contact_id = ?1)))
     ORDER BY id LIMIT ?3`, contactId, after, limit).map(({ id }) => id)
}

/**
 * Forgets who a contact is: name, notes, picture, friendship, ways to and through them. Who still has a part in a conversation stays as
 * an unknown contact by the address; otherwise the addresses go too, and the contact is gone. Cards in address books are to be deleted there. `wholly`:
 * rules about the addresses go too, and what they thought of messages of others.
 */
export function forgetContact(tx: Writer, changes: ChangeList, userId: number, contactId: number, wholly = false): void {
  orphanCards(tx, contactId)
  // Who was joined into them is forgotten with them; what undoing would need holds their names.
  const all = tx.all<{ id: number }>('WITH RECURSIVE part (id) AS (SELECT ?1 UNION SELECT c.id FROM part JOIN contact c ON c.redirect_to = part.id AND c.user_id = ?2) SELECT id FROM part', contactId, userId).map(({ id }) => id)
  for (const id of all) {
    orphanCards(tx, id)
    tx.run('DELETE FROM photo WHERE contact_id = ?', id)
    tx.run("DELETE FROM merge WHERE contact_id = ?1 OR EXISTS (SELECT 1 FROM json_each(before, '$.contacts') c WHERE json_extract(c.value, '$.id') = ?1)", id)
    tx.run('DELETE FROM likeness WHERE contact_id = ?', id)
    tx.run('DELETE FROM apart WHERE one = ?1 OR other = ?1', id)
  }
  const addresses = tx.all<{ id: number, kind: string, address: string }>('SELECT id, kind, address FROM address WHERE contact_id = ?', contactId)
  forgetDomains(tx, userId, addresses.map(({ address }) => address))
  for (const { id, ...named } of addresses) {
    if (wholly) {
      forgetRule(tx, changes, userId, id)
      forgetReactions(tx, changes, userId, named)
    }
    tx.run('DELETE FROM path WHERE address_id = ?1 OR via_id = ?1', id)
    // Also whose machines or lists have written: such a strand has no address of its own.
    const used = tx.get('SELECT 1 WHERE EXISTS (SELECT 1 FROM strand_member WHERE address_id = ?1) OR EXISTS (SELECT 1 FROM message WHERE sender_id = ?1) OR EXISTS (SELECT 1 FROM message m JOIN strand s ON s.id = m.strand_id WHERE s.address_id = ?1)', id) !== undefined
    if (used) {
      tx.run(
        `UPDATE address SET name = NULL, last_out_at = CASE WHEN EXISTS (SELECT 1 FROM strand s JOIN message m ON m.strand_id = s.id WHERE s.address_id = ?1 AND m.direction = 'out') THEN last_out_at END,
           last_in_at = CASE WHEN EXISTS (SELECT 1 FROM message m JOIN strand s ON s.id = m.strand_id WHERE s.address_id = ?1 AND m.direction = 'in') THEN last_in_at END WHERE id = ?1`, id)
    }
    else removeAddress(tx, changes, userId, id)
  }
  const left = tx.get('SELECT 1 FROM address WHERE contact_id = ?', contactId) !== undefined
  for (const id of all) {
    const { rev } = tx.get<{ rev: number }>("UPDATE contact SET name = '', named_by = 'nobody', friend = 0, notes = NULL, via = NULL, pictures = 0, rev = rev + 1 WHERE id = ? RETURNING rev", id)!
    if (left && id === contactId) changes.add('contact.changed', id, rev)
    else changes.add('contact.removed', id, rev)
  }
  if (left) titlesChanged(tx, changes, contactId)
  else for (const id of all.reverse()) {
    tx.run('UPDATE conversation SET contact_id = NULL WHERE contact_id = ?', id)
    tx.run('DELETE FROM contact WHERE id = ?', id)
  }
}

/** What the user has said about an address. */
function forgetRule(tx: Writer, changes: ChangeList, userId: number, addressId: number): void {
  const row = tx.get<{ id: number }>("SELECT r.id FROM address a JOIN rule r ON r.user_id = a.user_id AND r.scope = 'address' AND r.kind = a.kind AND r.value = a.address WHERE a.id = ?", addressId)
  if (row) deleteRule(tx, changes, userId, getRule(tx, userId, row.id)!)
}

function removeAddress(tx: Writer, changes: ChangeList, userId: number, id: number): void {
  for (const strand of tx.all<{ id: number, conversation_id: number, folder: Folder }>('SELECT s.id, s.conversation_id, c.folder FROM strand s JOIN conversation c ON c.id = s.conversation_id WHERE s.address_id = ?', id)) {
    tx.run('DELETE FROM speaker WHERE strand_id = ?', strand.id)
    tx.run('DELETE FROM strand WHERE id = ?', strand.id)
    recount(tx, changes, strand.conversation_id, { reset: true })
  }
  tx.run('DELETE FROM speaker WHERE address_id = ?', id)
  tx.run('DELETE FROM neighbour WHERE address_id = ?', id)
  tx.run('DELETE FROM reach WHERE user_id = ?1 AND peer IN (SELECT address FROM address WHERE id = ?2)', userId, id)
  forgetRule(tx, changes, userId, id)
  tx.run('DELETE FROM address WHERE id = ?', id)
}

/** Where messages that are to be deleted lie, conversations and topics, and what they are called. */
export type Around = { conversations: number[], topics: number[], keys: string[] }

export function around(tx: Reader, ids: number[]): Around {
  const rows = tx.all<{ conversation: number, topic: number | null }>('SELECT DISTINCT s.conversation_id AS conversation, m.topic_id AS topic FROM message m JOIN strand s ON s.id = m.strand_id WHERE m.id IN (SELECT value FROM json_each(?))', JSON.stringify(ids))
  return { conversations: [...new Set(rows.map(({ conversation }) => conversation))], topics: [...new Set(rows.flatMap(({ topic }) => topic ?? []))], keys: messageIdsOf(tx, ids) }
}

const forgotten = JSON.stringify({ rule: 'unknown', text: 'Nothing is here.', evidence: [] })

/**
 * Of conversations and topics in which nothing is left: who was screened there, what they were about, and whom they name; of other topics what only the
 * deleted messages said. Returns the conversations.
 */
export function forgetEmptied(tx: Writer, changes: ChangeList, userId: number, { conversations, topics, keys }: Around): number[] {
  const emptied = conversations.filter((id) => !holdsMessages(tx, id))
  for (const id of emptied) {
    tx.run('DELETE FROM screening WHERE conversation_id = ?', id)
    forgetStrands(tx, id)
    const { folder } = tx.get<{ folder: Folder }>('SELECT folder FROM conversation WHERE id = ?', id)!
    tx.run("UPDATE conversation SET title = '', labels = '[]', folder = 'other', because = ?, stream = NULL, waiting = 0, routed = 0 WHERE id = ?", forgotten, id)
    recount(tx, changes, id, { reset: true, ...(folder === 'other' ? {} : { was: folder }) })
  }
  for (const id of topics) {
    forgetKeys(tx, changes, userId, id, keys)
    if (tx.get('SELECT 1 FROM message WHERE topic_id = ?', id)) continue
    const row = tx.get<{ rev: number }>("UPDATE topic SET subject = '', named = 0, rev = rev + 1 WHERE id = ? AND subject <> '' RETURNING rev", id)
    if (row) changes.add('topic.changed', id, row.rev)
  }
  return emptied
}
