import { preview } from '../content/preview.ts'
import type { Because } from '../model/decision.ts'
import { digestText } from '../model/digest.ts'
import type { DigestContent } from '../model/digest.ts'
import type { ChangeList } from '../model/event.ts'
import { strandOfSystem } from '../model/strand.ts'
import { recount, updateConversation } from '../store/conversations.ts'
import { insertMessage } from '../store/messages.ts'
import { ensureOwnAccount, insertDigest, ownKind } from '../store/own-account.ts'
import { ensureStrand } from '../store/strands.ts'
import type { Writer } from '../store/tx.ts'

const because: Because = { rule: 'kinbox', text: 'Kinbox itself wrote this.', evidence: [] }

/**
 * Kinbox itself writes to the user: one conversation, in the inbox unless the user has moved it. The ladder is not asked, and no network can put anything
 * there: the conversation belongs to an account that has none. `now` in ms. Returns the message's id.
 */
export function announce(tx: Writer, changes: ChangeList, userId: number, content: DigestContent, now: number): number {
  const accountId = ensureOwnAccount(tx, userId, now)
  const { strand, conversation } = ensureStrand(tx, changes, userId, strandOfSystem(accountId, 'Kinbox'), { folder: 'inbox', because })
  if (conversation.archivedAt !== null) updateConversation(tx, changes, conversation, { archivedAt: null })
  const id = tx.nextId('message')
  const text = digestText(content)
  insertMessage(tx, userId, {
    id, strandId: strand.id, sortAt: now, topicId: null, accountId, channel: ownKind, direction: 'in', senderId: null, sender: { kind: ownKind, address: null, name: 'Kinbox', raw: 'Kinbox' },
    proof: 'verified', folder: conversation.folder, because, preview: preview(text, null), seen: false, flagged: false, automatic: null, status: null, messageId: null, digest: null, sentAt: now, receivedAt: now,
    subject: null, text, quoted: null, original: null, bounces: [], html: null, recipients: [], references: [], unreadable: null, cards: [], rawDigest: null, attachments: 0
  })
  insertDigest(tx, id, content)
  changes.add('message.created', id, 1, { folder: conversation.folder, conversation: conversation.id })
  recount(tx, changes, conversation.id)
  return id
}
