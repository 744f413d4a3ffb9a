import addressparser from 'nodemailer/lib/addressparser'
import { canonicalEmail } from '#connector'
import { decodeWords, shownName } from './words.ts'

/** An address as it is written in To, Cc or Bcc, in its one form. */
export type Mailbox = { readonly address: string, readonly name: string }

/** A mailbox repeats whom its mails went to, and what is written alike is read alike. */
const kept = new Map<string, readonly Mailbox[]>()
const MAX_KEPT = 2000
const MAX_KEPT_CHARS = 500

/** The addresses in the value of a field (RFC 5322 section 3.4), each once, at most `most`; what is none is left out. `name`: '' where there is none. */
export function mailboxesIn(value: string, most: number): readonly Mailbox[] {
  const known = kept.get(value)
  if (known) return known
  const found = read(value, most)
  if (value.length > MAX_KEPT_CHARS) return found
  if (kept.size >= MAX_KEPT) kept.clear()
  kept.set(value, found)
  return found
}

function read(value: string, most: number): Mailbox[] {
  const found = new Map<string, Mailbox>()
  for (const entry of addressparser(value, { flatten: true })) {
    const address = entry.address ? canonicalEmail(entry.address) : null
    if (address === null || found.has(address)) continue
    if (found.size >= most) break
    found.set(address, { address, name: shownName(decodeWords((entry.name ?? '').slice(0, 2000))) })
  }
  return [...found.values()]
}
