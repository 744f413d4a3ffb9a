import { digestText } from '../model/digest.ts'
import type { DigestContent } from '../model/digest.ts'
import type { ChangeList } from '../model/event.ts'
import type { Folder } from '../model/decision.ts'
import { touchMessage } from './messages.ts'
import type { Reader, Writer } from './tx.ts'

type Named = { kind: string, address: string }
type Told = { id: number, rev: number, folder: Folder, conversation: number }

const tell = (changes: ChangeList, { id, rev, folder, conversation }: Told) => changes.add('message.changed', id, rev, { folder, conversation })

/** What somebody thought of messages of others, and what they said of messages that had not come yet. */
export function forgetReactions(tx: Writer, changes: ChangeList, userId: number, { kind, address }: Named): void {
  const of = tx.all<{ id: number }>('DELETE FROM reaction WHERE kind = ? AND address = ? AND message_id IN (SELECT id FROM message WHERE user_id = ?) RETURNING message_id AS id', kind, address, userId)
  for (const { id } of of) touchMessage(tx, changes, id)
  tx.run('DELETE FROM amendment WHERE account_id IN (SELECT id FROM account WHERE user_id = ?) AND instr(incoming, ?) > 0', userId, JSON.stringify(address))
}

/** The digests that Kinbox itself wrote name them no more. */
export function forgetInDigests(tx: Writer, changes: ChangeList, userId: number, ownKind: string, addresses: readonly string[]): void {
  const digests = tx.all<{ id: number, digest: string, folder: Folder, conversation: number }>(
    `SELECT m.id, b.digest, c.folder, c.id AS conversation FROM account a JOIN strand s ON s.user_id = a.user_id AND s.key = 'system:' || a.id JOIN message m ON m.strand_id = s.id JOIN message_body b ON b.message_id = m.id
     JOIN conversation c ON c.id = s.conversation_id WHERE a.user_id = ? AND a.kind = ? AND b.digest IS NOT NULL`, userId, ownKind)
  for (const { id, digest, folder, conversation } of digests) {
    const content = JSON.parse(digest) as DigestContent
    const others = (all: DigestContent['waiting']) => all.filter(({ shown }) => !addresses.includes(shown))
    const next = { ...content, waiting: others(content.waiting), raised: others(content.raised) }
    const fewer = content.waiting.length - next.waiting.length
    if (fewer === 0 && next.raised.length === content.raised.length) continue
    const text = digestText({ ...next, more: content.more + fewer })
    tx.run('UPDATE message_body SET digest = ?, text = ? WHERE message_id = ?', JSON.stringify({ ...next, more: content.more + fewer }), text, id)
    const { rev } = tx.get<{ rev: number }>('UPDATE message SET preview = ?, rev = rev + 1 WHERE id = ? RETURNING rev', text.replace(/\s+/g, ' ').slice(0, 100), id)!
    tell(changes, { id, rev, folder, conversation })
  }
}

/** Messages of others say no more that they are known through somebody of this name. */
export function forgetInReasons(tx: Writer, changes: ChangeList, contactIds: readonly number[], name: string): void {
  const written = JSON.stringify(name).slice(1, -1)
  if (written === '') return
  const because = JSON.stringify({ text: 'They were known through somebody whom you have forgotten.', evidence: [] })
  for (const contactId of contactIds) {
    const rows = tx.all<Told>(
      `UPDATE message SET because = json_patch(because, ?1), rev = rev + 1 WHERE strand_id IN (SELECT s.id FROM address a JOIN strand s ON s.address_id = a.id WHERE a.contact_id = ?2)
         AND json_extract(because, '$.rule') = 'friend-of-friend' AND instr(because, ?3) > 0
       RETURNING id, rev, (SELECT c.folder FROM strand s JOIN conversation c ON c.id = s.conversation_id WHERE s.id = strand_id) AS folder, (SELECT s.conversation_id FROM strand s WHERE s.id = strand_id) AS conversation`, because, contactId, written)
    for (const row of rows) tell(changes, row)
  }
}

/** Strands of a conversation in which nothing lies any more: their keys name who was there. */
export function forgetStrands(tx: Writer, conversationId: number): void {
  for (const { id } of tx.all<{ id: number }>('SELECT id FROM strand s WHERE conversation_id = ? AND NOT EXISTS (SELECT 1 FROM message WHERE strand_id = s.id)', conversationId)) {
    tx.run('DELETE FROM speaker WHERE strand_id = ?', id)
    tx.run('DELETE FROM strand_member WHERE strand_id = ?', id)
    tx.run('DELETE FROM strand WHERE id = ?', id)
  }
}

/** Whether something of it is left. */
export function holdsMessages(tx: Reader, conversationId: number): boolean {
  return tx.get('SELECT 1 FROM strand s JOIN message m ON m.strand_id = s.id WHERE s.conversation_id = ?', conversationId) !== undefined
}
