import addressparser from 'nodemailer/lib/addressparser'
import { canonicalEmail, parseMailbox } from '#connector'
import type { Sender } from '#connector'
import { textOf } from './head.ts'
import type { Field, Head } from './head.ts'
import { decodeWords, oneLine, shownName } from './words.ts'

/** Why a mail has no sender that can be believed: no From, several, one that is not strict, or two parsers that name different senders. */
export type Doubt = 'none' | 'several' | 'not-strict' | 'two-readings'

/**
 * Who a mail says it is from. The address is there only for a strict From: one header, undamaged, with exactly one plain
 * mailbox, and a second, independent parser names the same. `raw` is what was written, decoded and bounded, to be shown.
 */
export function readSender(head: Head): Reading {
  const from = head.fields.filter((field) => field.name === 'from')
  const [only] = from
  if (from.length !== 1 || !only || only.value.length > MAX_KEPT_CHARS) return readFrom(head, from)
  const key = (only.sound && head.complete ? 'sound' : 'damaged') + only.value
  const known = kept.get(key)
  if (known) return { sender: { ...known.sender }, doubt: known.doubt }
  if (kept.size >= MAX_KEPT) kept.clear()
  const read = readFrom(head, from)
  kept.set(key, { sender: { ...read.sender }, doubt: read.doubt })
  return read
}

type Reading = { sender: Sender, doubt: Doubt | null }

/** A mailbox repeats its senders, and what is written alike is read alike. */
const kept = new Map<string, Reading>()
const MAX_KEPT = 2000
const MAX_KEPT_CHARS = 500

function readFrom(head: Head, from: Field[]): Reading {
  const written = from.map((field) => textOf(field.value).trim())
  const sender: Sender = { kind: 'email', address: null, raw: oneLine(decodeWords(written.join(', ').slice(0, 4000)), 1000) }
  const doubted = (doubt: Doubt) => ({ sender, doubt })

  if (from.length === 0) return doubted('none')
  if (from.length > 1) return doubted('several')
  const mailbox = from[0]!.sound && head.complete ? parseMailbox(written[0]!) : null
  if (!mailbox) return doubted('not-strict')
  if (otherReading(written[0]!) !== mailbox.address) return doubted('two-readings')

  const name = shownName(decodeWords(mailbox.phrase))
  return { sender: { ...sender, address: mailbox.address, ...(name && { name }) }, doubt: null }
}

function otherReading(value: string): string | null {
  const read = addressparser(value)
  return read.length === 1 && read[0]?.address ? canonicalEmail(read[0].address) : null
}
