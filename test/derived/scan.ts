import { getContact } from '../../src/store/contacts.ts'
import { findAddress, addressesOf } from '../../src/store/contacts.ts'
import { getConversation } from '../../src/store/conversations.ts'
import { getBody, getMessage } from '../../src/store/messages.ts'
import { attachmentsOf } from '../../src/store/attachments.ts'
import type { Reader } from '../../src/store/tx.ts'

/** A message as a reader without an index sees it. */
export type Read = { id: number, sortAt: number, sender: string, recipients: string, subject: string, all: string[], called: string[], known: string[], folder: string, seen: boolean, flagged: boolean, files: number, hidden: boolean }

/** Reads every message of a user. */
export function readAll(tx: Reader, userId: number): Read[] {
  return tx.all<{ id: number, blocked: number }>('SELECT id, blocked_at IS NOT NULL AS blocked FROM message WHERE user_id = ? ORDER BY sort_at DESC, id DESC', userId).map(({ id, blocked }) => {
    const row = getMessage(tx, userId, id)!
    const body = getBody(tx, id)
    const conversation = getConversation(tx, userId, row.conversationId)!
    const contactsOf = (all: { kind: string, address: string | null }[]) => all.flatMap(({ kind, address }) => {
      const found = address === null ? undefined : findAddress(tx, userId, { kind, address })
      return found ? [getContact(tx, userId, found.contactId)!] : []
    })
    const [sender] = contactsOf([row.sender])
    const files = attachmentsOf(tx, id).map(({ name }) => name)
    const fields = [`${row.sender.name ?? ''} ${row.sender.address ?? row.sender.raw}`, body.recipients.map(({ name, address }) => `${name ?? ''} ${address}`).join(' | '), body.subject ?? '', ...files, body.text, body.quoted ?? '']
    return {
      id, sortAt: row.sortAt, sender: fields[0]!, recipients: fields[1]!, subject: body.subject ?? '', all: fields,
      called: contactsOf([row.sender, ...body.recipients]).filter(({ namedBy }) => namedBy === 'user').map(({ name }) => name),
      known: sender ? [sender.name, ...addressesOf(tx, sender.id).flatMap(({ address, name }) => [address, name ?? ''])] : [],
      folder: conversation.archivedAt === null ? conversation.folder : 'archive', seen: row.seen, flagged: row.flagged, files: files.length,
      hidden: blocked === 1 || conversation.blockedAt !== null || row.deletedAt !== null || sender?.blocked === true || (conversation.contactId !== null && getContact(tx, userId, conversation.contactId)!.blocked)
    }
  })
}

const plain = (text: string) => text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase().replaceAll('ß', 'ss').replaceAll('ø', 'o').normalize('NFC')
const wordsOf = (text: string) => plain(text).split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '').map((word) => word.slice(0, 64))
const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u

/** Whether a word, a phrase (words in a row) or the beginning of a word stands in a text. */
export function stands(text: string, sought: string, prefix = false): boolean {
  if (unspaced.test(sought)) return plain(text).includes(plain(sought))
  const [all, wanted] = [wordsOf(text), wordsOf(sought)]
  return all.some((_, at) => wanted.every((word, i) => prefix && i === wanted.length - 1 ? all[at + i]?.startsWith(word) : all[at + i] === word))
}
