import { decodeText } from './charset.ts'

/** Encoded words (RFC 2047) and what is taken out of texts that are shown. */

const encoded = /=\?([^?\s]{1,60})\?([BbQq])\?([^?\r\n]*)\?=/g

/** Decodes encoded words, for display only; neighbours in one charset are joined before decoding, since writers split characters. Never throws. */
export function decodeWords(text: string): string {
  if (!text.includes('=?')) return text
  let result = ''
  let end = 0
  let pending: { charset: string, bytes: Buffer[] } | null = null
  const flush = () => {
    if (pending) result += decodeText(Buffer.concat(pending.bytes), pending.charset)
    pending = null
  }
  for (const match of text.matchAll(encoded)) {
    const [whole, label, encoding, content] = match as unknown as [string, string, string, string]
    const between = text.slice(end, match.index)
    // RFC 2047 section 6.2: white space between two encoded words is not shown.
    if (pending === null || /\S/.test(between)) {
      flush()
      result += between
    }
    const charset = label.toLowerCase().replace(/\*.*$/, '')
    const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(content, 'base64') : quotedBytes(content)
    // ISO-2022 words each start anew; joined, their escape sequences would be an error (Encoding Standard, 12.2).
    if (pending !== null && ((pending as { charset: string }).charset !== charset || charset.startsWith('iso-2022'))) flush()
    pending ??= { charset, bytes: [] }
    pending.bytes.push(bytes)
    end = match.index + whole.length
  }
  flush()
  return result + text.slice(end)
}

function quotedBytes(content: string): Buffer {
  const spaced = content.replaceAll('_', ' ')
  return Buffer.from(spaced.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))), 'latin1')
}

/** One line of at most `max` characters without controls and without what turns the direction of a text around. */
export function oneLine(text: string, max: number): string {
  if (plain.test(text) && !text.includes('  ')) return cut(text.trim(), max)
  return cut(text.slice(0, max * 4).replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g, '').replace(/ {2,}/g, ' ').trim(), max)
}

/** Nothing in it has to be looked for. */
const plain = /^[\x20-\x7e]*$/

/** A name to show: one line without anything invisible, so that no two names look the same and differ. */
export function shownName(text: string, max = 200): string {
  if (plain.test(text)) return oneLine(text, max)
  return oneLine(text.slice(0, max * 4).replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '').replace(/\s+/gu, ' '), max)
}

/** At most `max` UTF-16 units, never half a character. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text
  const last = text.charCodeAt(max - 1)
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? max - 1 : max)
}
