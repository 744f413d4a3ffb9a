import type { SealCard } from '#connector'
import type { Sealed } from './smime.ts'
import { valueOf } from './head.ts'
import type { Head } from './head.ts'
import { readParameters } from './parameters.ts'

const armor = /^-----BEGIN PGP (SIGNED MESSAGE|MESSAGE)-----\s*$/m

/**
 * What is told about a mail's signature or encryption (RFC 8551, RFC 3156, and OpenPGP within plain text, RFC 9580 section 6): that it is there, and for S/MIME
 * what `sealed` says of the signature. Nothing is decrypted, and nobody's word is taken for who it was, since that takes keys and trust that Kinbox does not hold.
 */
export function seals(head: Head, text: string, { sealed = { state: 'unchecked' }, parts = [] }: { sealed?: Sealed | undefined, parts?: string[] } = {}): SealCard[] {
  const { value, params } = readParameters(valueOf(head, 'content-type'))
  const protocol = params.get('protocol')?.toLowerCase() ?? ''
  if (value === 'multipart/signed') return [{ type: 'signed', ...(protocol.includes('pgp') ? { by: 'pgp', state: 'unchecked' } : { by: 'smime', ...sealed }) }]
  if (value === 'multipart/encrypted') return [{ type: 'encrypted', by: 'pgp', state: 'unreadable' }]
  if (/^application\/(?:x-)?pkcs7-mime$/.test(value)) {
    const kind = params.get('smime-type')?.toLowerCase() ?? ''
    return [kind === 'signed-data' ? { type: 'signed', by: 'smime', ...sealed } : { type: 'encrypted', by: 'smime', state: 'unreadable' }]
  }
  // Some servers on the way make something else of the multipart that it was.
  if (parts.includes('application/pgp-encrypted')) return [{ type: 'encrypted', by: 'pgp', state: 'unreadable' }]
  const inline = armor.exec(text)?.[1]
  if (inline === undefined) return []
  return [inline === 'MESSAGE' ? { type: 'encrypted', by: 'pgp', state: 'unreadable' } : { type: 'signed', by: 'pgp', state: 'unchecked' }]
}

/**
 * A text that was signed in place (RFC 9580 section 7), as it was written: `text` without armour and without dashes put in front; `armor` is what was around it.
 * Null where it is not plainly that.
 */
export function unarmored(text: string): { text: string, armor: string } | null {
  const begin = /^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[A-Za-z-]+: .*\n)*\n/m.exec(text)
  if (!begin) return null
  const from = begin.index + begin[0].length
  const signature = text.indexOf('\n-----BEGIN PGP SIGNATURE-----', from - 1)
  if (signature < 0) return null
  const ends = /\n-----END PGP SIGNATURE-----[ \t]*(?:\n|$)/.exec(text.slice(signature))
  if (!ends) return null
  const end = signature + ends.index + ends[0].length
  const inside = text.slice(from, signature).replace(/^- /gm, '')
  return {
    text: [text.slice(0, begin.index), inside, text.slice(end)].map((part) => part.trim()).filter((part) => part !== '').join('\n\n'),
    armor: `${begin[0].trim()}\n\n${text.slice(signature, end).trim()}`
  }
}
