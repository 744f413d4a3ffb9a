import type { Params } from './protocol.ts'
import type { Conversation, Message } from './types.ts'

/** A message as a window shows it: `pending` until the server has it. */
export type Local = Message & { pending?: true }

/** How a message looks that the server has not answered yet; null where it is not known which conversation it goes into. `newest`: a time that it comes after, whatever the clock here says. */
export function pendingMessage({ clientId, conversationId, text, subject, topicId, replyTo }: Params<'message.send'>, conversation: Conversation | undefined, newest = '', now = new Date()): Local | null {
  if (conversationId === undefined) return null
  const at = [now.toISOString(), newest].sort().at(-1)!
  return {
    id: `local:${clientId}`, conversationId, accountId: '', channel: conversation?.lastMessage?.channel ?? '', direction: 'out', sender: { kind: '', address: '' }, recipients: [],
    ...(subject === undefined ? {} : { subject }), ...(topicId === undefined ? {} : { topicId }), ...(replyTo === undefined ? {} : { replyTo }),
    text, attachments: [], reactions: [], seen: true, flagged: false, receivedAt: at, sortAt: at, folder: conversation?.folder ?? 'inbox',
    because: { rule: 'pending', text: '', evidence: [] }, status: 'queued', ...(clientId === undefined ? {} : { clientId }), rev: 1, pending: true
  }
}
