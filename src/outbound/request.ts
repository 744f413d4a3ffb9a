import { createHash } from 'node:crypto'
import type { Address } from '../model/incoming.ts'
import { Refused } from './refused.ts'

/** What a client asks to send. Ids are inner ones; `to` and `conversationId` exclude each other. */
export type SendRequest = {
  clientId: string
  conversationId?: number
  to?: Address
  text: string
  subject?: string
  topicId?: number
  /** The message this one answers. */
  replyTo?: number
  /** Uploads of the user, not used so far. */
  attachments?: number[]
  via?: { accountId?: number, channel?: string, address?: string }
}

const maxTextBytes = 256 * 1024
const maxSubject = 998
const maxAttachments = 100

/** What can be said about a request without looking anything up. Throws Refused. */
export function checkRequest({ clientId, conversationId, to, text, subject, replyTo, attachments = [] }: SendRequest): void {
  if (clientId.length === 0 || clientId.length > 200) throw new Refused('invalid_params', 'clientId is missing or too long: give each new message a fresh UUID')
  const targets = [conversationId, to].filter((target) => target !== undefined).length
  if (targets > 1) throw new Refused('invalid_params', 'Give conversationId or to, not both')
  if (targets === 0 && replyTo === undefined) throw new Refused('invalid_params', 'Say where it goes: conversationId, to, or replyTo')
  if (Buffer.byteLength(text) > maxTextBytes) throw new Refused('too_large', `The text is over ${maxTextBytes} bytes. Send it as an attachment`)
  if (text.includes('\0')) throw new Refused('invalid_params', 'The text holds a NUL character. Remove it')
  // A line break in a subject would begin another header.
  if (subject !== undefined && /[\p{Cc}\u2028\u2029]/u.test(subject)) throw new Refused('invalid_params', 'The subject holds a line break or a control character. Remove it')
  if (subject !== undefined && subject.length > maxSubject) throw new Refused('too_large', `The subject is over ${maxSubject} characters. Shorten it`)
  if (attachments.length > maxAttachments) throw new Refused('too_large', `These are over ${maxAttachments} attachments. Send them in several messages`)
  if (new Set(attachments).size !== attachments.length) throw new Refused('invalid_params', 'An attachment is named twice')
  if (text.trim() === '' && attachments.length === 0) throw new Refused('invalid_params', 'The message is empty: give it a text or an attachment')
}

/** Equal for equal requests, whatever the order of their fields; the clientId is not part of it. */
export function digestOf({ conversationId, to, text, subject, topicId, replyTo, attachments, via }: SendRequest): Uint8Array {
  const payload = [conversationId, to?.kind, to?.address, text, subject, topicId, replyTo, attachments ?? [], via?.accountId, via?.channel, via?.address].map((value) => value ?? null)
  return createHash('sha256').update(JSON.stringify(payload)).digest()
}
