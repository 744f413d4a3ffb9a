import type { Card } from '#connector'
import { seals } from './crypto.ts'
import { decodeText } from './charset.ts'
import { plainOfEnriched } from './enriched.ts'
import { flowed } from './flowed.ts'
import { scanHead, valueOf } from './head.ts'
import type { Head } from './head.ts'
import { otherSenders } from './other-reading.ts'
import { readParameters } from './parameters.ts'
import type { Parametered } from './parameters.ts'
import { signedContent } from './signed-content.ts'
import { sealedBy } from './smime.ts'
import type { Sealed } from './smime.ts'
import { keep } from './spool.ts'
import { linesOfHtml, textOfHtml } from './text.ts'
import { readTnef } from './tnef.ts'
import { transferred, transferredWhole } from './transfer.ts'
import { cardsOf, messageCard } from './part-cards.ts'

/** `contentType` in lower case without parameters; `inline` as the part says it; `file` in place of `content` where it is large. */
export type Part = { filename?: string, contentType: string, content: Uint8Array, file?: { path: string, size: number }, inline: boolean, contentId?: string }

/**
 * What is in a mail. `parts` holds at most `maxParts`; `more` counts the others. `from`: whom an independent reader takes for the
 * senders, never an identity, a cross-check only. `told`: all of its words, with those of delivery reports and of mails within, where there are more than `text`.
 */
export type Body = { from: string[], text: string, html: string, parts: Part[], more: number, cards?: Card[], told?: string }

/** A text as it lies in the mail, or two forms of the same one. */
type Segment = { plain?: string, html?: string }
/** What is said about one mail, the outer one or one within. */
type Scope = { segments: Segment[], reports: string[], cards: Card[], parts: Part[], within: string[] }
type Limits = { leaves: number, more: number, maxParts: number, cards: number, spool: string | undefined, sealed?: Sealed }
type Place = { depth: number, mails: number, alternative: Segment | null, related: boolean, digest: boolean, root: boolean }

const MAX_DEPTH = 60
const MAX_MAILS = 4
const MAX_LEAVES = 5000
const MAX_CARDS = 20
const MAX_TEXT = 4 * 1024 * 1024
const MAX_SIGNED = 16 * 1024 * 1024
const MAX_CARD_BYTES = 1024 * 1024

/**
 * Takes a mail apart (RFC 2045 to 2049), however it is damaged: what has no end ends with the mail, what is no part is text, what is nested
 * deeper than any mail is a file. Charsets decoded. Parts over a megabyte go to new files in `spool`, where there is one. Linear but for the
 * depth, which is bounded; does not throw over content.
 */
export async function readBody(raw: Uint8Array, maxParts: number, spool?: string, head: Head = scanHead(raw)): Promise<Body> {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  const limits: Limits = { leaves: 0, more: 0, maxParts, cards: 0, spool }
  const scope = newScope()
  entity(bytes.subarray(head.end), head, scope, limits, { depth: 0, mails: 0, alternative: null, related: false, digest: false, root: true })
  const { text, html } = textsOf(scope.segments)
  const told = [...scope.reports, ...scope.within].join('\n\n')
  const cards = [...scope.cards, ...seals(head, text, { sealed: limits.sealed, parts: scope.parts.map(({ contentType }) => contentType) })].slice(0, MAX_CARDS)
  return {
    from: await otherSenders(bytes, head), text: text === '' && html === '' ? scope.reports.join('\n\n') : text, html, parts: scope.parts, more: limits.more,
    ...(cards.length > 0 && { cards }), ...(told !== '' && { told: `${text || textOfHtml(html)}\n\n${told}` })
  }
}

function newScope(): Scope {
  return { segments: [], reports: [], cards: [], parts: [], within: [] }
}

/** Several texts one below the other; where one has HTML, the others are put into it, too. */
function textsOf(all: Segment[]): { text: string, html: string } {
  const segments = all.filter(({ plain, html }) => (plain ?? '').trim() !== '' || (html ?? '').trim() !== '')
  if (segments.length <= 1) return { text: segments[0]?.plain ?? '', html: segments[0]?.html ?? '' }
  const someText = segments.some(({ plain }) => plain !== undefined)
  const someHtml = segments.some(({ html }) => html !== undefined)
  const text = someText ? segments.map(({ plain, html }) => (plain ?? linesOfHtml(html ?? '').map((line) => line.text).join('\n')).replace(/\s+$/, '')).join('\n\n') : ''
  return { text, html: someHtml ? segments.map(({ plain, html }) => html ?? `<pre>${(plain ?? '').replace(/[&<>]/g, (char) => char === '&' ? '&amp;' : char === '<' ? '&lt;' : '&gt;')}</pre>`).join('\n') : '' }
}

const encodingOf = (head: Head): string => /^[a-z0-9-]*/i.exec(valueOf(head, 'content-transfer-encoding').replace(/^["'\s]+/, ''))![0].toLowerCase()

/** One entity: `bytes` are what is below its head. */
function entity(bytes: Buffer, head: Head, scope: Scope, limits: Limits, place: Place): void {
  const encoding = encodingOf(head)
  const written = readParameters(valueOf(head, 'content-type'))
  const type = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(written.value) ? written.value : written.value === '' && place.digest ? 'message/rfc822' : /^multipart\//.test(written.value) ? 'multipart/mixed' : /^text|^[^/]*$/.test(written.value) ? 'text/plain' : 'application/octet-stream'
  if (type.startsWith('multipart/') && written.params.get('boundary') && place.depth < MAX_DEPTH) return multipart(transferredMultipart(bytes, encoding), type, written, scope, limits, place)
  if (++limits.leaves > MAX_LEAVES) return void limits.more++
  const disposition = readParameters(valueOf(head, 'content-disposition'))
  const leaf: Leaf = { bytes, encoding, type: type.startsWith('multipart/') ? place.root ? 'text/plain' : 'application/octet-stream' : type, params: written.params, disposition, head }
  if (leaf.type === 'message/rfc822' || leaf.type === 'message/global') return within(leaf, scope, limits, place)
  if (/^application\/(?:x-)?pkcs7-mime$/.test(leaf.type) && place.depth < MAX_DEPTH && bytes.length <= MAX_SIGNED) {
    const signature = transferredWhole(bytes, encoding)
    const signed = signedContent(signature)
    if (signed && place.depth === 0) limits.sealed = sealedBy(signature, null)
    if (signed) return one(signed, scope, limits, { ...place, depth: place.depth + 1, root: true })
  }
  if (isText(leaf, place)) return text(leaf, scope, place)
  file(leaf, scope, limits, place)
}

export type Leaf = { bytes: Buffer, encoding: string, type: string, params: Map<string, string>, disposition: Parametered, head: Head }

/** A multipart must not be encoded (RFC 2045 section 6.4); some are. */
function transferredMultipart(bytes: Buffer, encoding: string): Buffer {
  return encoding === 'base64' && !/^--/m.test(bytes.toString('latin1', 0, 2000)) ? transferredWhole(bytes, encoding) : bytes
}

function multipart(bytes: Buffer, type: string, { params }: Parametered, scope: Scope, limits: Limits, place: Place): void {
  const alternative = type === 'multipart/alternative' ? {} : place.alternative
  const inner = { depth: place.depth + 1, mails: place.mails, alternative, related: type === 'multipart/related' || place.related, digest: type === 'multipart/digest', root: false }
  if (alternative && alternative !== place.alternative) scope.segments.push(alternative)
  let opened = false
  let signed: Buffer | null = type === 'multipart/signed' && place.depth === 0 && bytes.length <= MAX_SIGNED ? bytes : null
  for (const piece of pieces(bytes, params.get('boundary')!)) {
    if (signed && opened) {
      const { end } = scanHead(piece)
      // Lines are signed as they were sent (RFC 8551 section 3.1.1), and files often end them in their own way.
      if (/pkcs7-signature/i.test(params.get('protocol') ?? '')) limits.sealed = sealedBy(transferredWhole(piece.subarray(end), encodingOf(scanHead(piece))), Buffer.from(signed.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1'))
      signed = null
    } else if (signed && !opened) signed = piece
    opened = true
    // RFC 1847: what is signed comes first, the signature after it, and no more.
    if (limits.leaves > MAX_LEAVES) limits.more++
    else one(piece, scope, limits, inner)
  }
  // Without any part all of it is the text that somebody wrote.
  if (!opened && limits.leaves <= MAX_LEAVES) text({ bytes, encoding: '', type: 'text/plain', params: new Map(), disposition: { value: '', params: new Map() }, head: scanHead(Buffer.alloc(0)) }, scope, place)
}

function one(piece: Buffer, scope: Scope, limits: Limits, place: Place): void {
  const first = piece[0] === 13 && piece[1] === 10 ? 2 : piece[0] === 10 ? 1 : 0
  // A part may have no head at all; what does not begin with a field has none either.
  const bare = first > 0 || !/^[\x21-\x39\x3b-\x7e]+[ \t]*:/.test(piece.toString('latin1', 0, 200))
  const head = bare ? scanHead(Buffer.alloc(0)) : scanHead(piece)
  entity(bare ? piece.subarray(first) : piece.subarray(head.end), head, scope, limits, place)
}

/** What lies between the delimiters (RFC 2046 section 5.1.1); the last one ends with the bytes where no delimiter ends it. */
function* pieces(bytes: Buffer, boundary: string): Generator<Buffer> {
  const delimiter = Buffer.from('--' + boundary.replace(/\s+$/, ''), /[^\x00-\xff]/.test(boundary) ? 'utf8' : 'latin1')
  let from = -1
  for (let found = bytes.indexOf(delimiter); found >= 0; found = bytes.indexOf(delimiter, found + delimiter.length)) {
    if (found > 0 && bytes[found - 1] !== 10 && bytes[found - 1] !== 13) continue
    let end = found + delimiter.length
    const last = bytes[end] === 45 && bytes[end + 1] === 45
    if (last) end += 2
    while (bytes[end] === 32 || bytes[end] === 9) end++
    if (end < bytes.length && bytes[end] !== 10 && bytes[end] !== 13) continue
    if (from >= 0) yield bytes.subarray(from, Math.max(from, found - (bytes[found - 1] === 10 && bytes[found - 2] === 13 ? 2 : 1)))
    if (last) return
    from = bytes[end] === 13 && bytes[end + 1] === 10 ? end + 2 : end + 1
  }
  if (from >= 0 && from < bytes.length) yield bytes.subarray(from)
}

function isText({ type, disposition, params }: Leaf, { root }: Place): boolean {
  if (type !== 'text/plain' && type !== 'text/html' && type !== 'text/enriched' && type !== 'text/richtext' && type !== 'text/markdown') return type.startsWith('text/') && root && !/calendar|vcard|directory/.test(type)
  return disposition.value !== 'attachment' && (root || disposition.params.get('filename') === undefined && (params.get('name') === undefined || disposition.value === 'inline'))
}

function text({ bytes, encoding, type, params }: Leaf, scope: Scope, { alternative }: Place): void {
  const decoded = decodeText(transferredWhole(bytes.length > MAX_TEXT ? bytes.subarray(0, MAX_TEXT) : bytes, encoding), params.get('charset') ?? '').replace(/^\ufeff/, '').replace(/\r+\n/g, '\n')
  if (decoded === '') return
  const isHtml = type === 'text/html'
  const shown = type === 'text/enriched' || type === 'text/richtext' ? plainOfEnriched(decoded, type) : !isHtml && params.get('format')?.trim().toLowerCase() === 'flowed' ? flowed(decoded, params.get('delsp')?.trim().toLowerCase() === 'yes') : decoded
  if (!alternative) return void scope.segments.push(isHtml ? { html: shown } : { plain: shown })
  // Within one alternative there may be several of a form one below the other.
  if (isHtml) alternative.html = alternative.html === undefined ? shown : alternative.html + '\n' + shown
  // Enriched text mostly says what the plain one beside it says.
  else if (type === 'text/plain' || !alternative.plain?.replace(/\s+/g, '').includes(shown.replace(/\s+/g, ''))) alternative.plain = alternative.plain === undefined ? shown : alternative.plain + '\n' + shown
}

/** A mail in the mail: a card, its files among the others, and the mail as a file. */
function within(leaf: Leaf, scope: Scope, limits: Limits, place: Place): void {
  const bytes = transferredMultipart(leaf.bytes, leaf.encoding)
  const head = scanHead(bytes)
  if (head.fields.length === 0 || place.mails >= MAX_MAILS || place.depth >= MAX_DEPTH) return file(leaf, scope, limits, place)
  const inner = newScope()
  entity(bytes.subarray(head.end), head, inner, limits, { depth: place.depth + 1, mails: place.mails + 1, alternative: null, related: false, digest: false, root: true })
  const words = textsOf(inner.segments)
  const body = words.text || textOfHtml(words.html) || inner.reports.join('\n\n')
  const card = messageCard(head, body, inner.parts.map(({ filename }) => filename ?? ''))
  if (++limits.cards <= MAX_CARDS) scope.cards.push(card)
  scope.cards.push(...inner.cards)
  scope.within.push(['From', 'Subject', 'Date', 'To'].map((name) => `${name}: ${valueOf(head, name.toLowerCase())}`).join('\n') + `\n\n${body}`, ...inner.reports, ...inner.within)
  const named = leaf.disposition.params.get('filename') ?? leaf.params.get('name')
  file({ ...leaf, ...(named ? {} : { params: new Map([...leaf.params, ['name', (card.subject || 'message') + '.eml']]) }) }, scope, limits, place)
  scope.parts.push(...inner.parts)
}

function file(leaf: Leaf, scope: Scope, limits: Limits, place: Place): void {
  const { bytes, encoding, type, params, disposition, head } = leaf
  if (/^(?:message\/(?:delivery-status|global-delivery-status|disposition-notification|feedback-report|global-headers)|text\/rfc822-headers)$/.test(type)) {
    scope.reports.push(decodeText(transferredWhole(bytes.subarray(0, MAX_CARD_BYTES), encoding), params.get('charset') ?? '').replace(/\r\n?/g, '\n'))
    return
  }
  const filename = disposition.params.get('filename') || params.get('name')
  const contentId = /<([^<>\s]+)>/.exec(valueOf(head, 'content-id'))?.[1] ?? /^[^\s<>]+$/.exec(valueOf(head, 'content-id'))?.[0]
  if (type === 'application/ms-tnef' || /^winmail\.dat$/i.test(filename ?? '')) {
    const opened = readTnef(transferredWhole(bytes, encoding))
    if (opened) {
      if (scope.segments.length === 0 || textsOf(scope.segments).text.trim() === '' && textsOf(scope.segments).html.trim() === '') scope.segments.push({ ...(opened.text !== '' && { plain: opened.text }), ...(opened.html !== '' && { html: opened.html }) })
      for (const part of opened.parts) {
        if (scope.parts.length < limits.maxParts) scope.parts.push(part)
        else limits.more++
      }
      return
    }
  }
  if (scope.parts.length >= limits.maxParts) return void limits.more++
  if (bytes.length <= MAX_CARD_BYTES && limits.cards < MAX_CARDS) {
    const cards = cardsOf(leaf, () => decodeText(transferredWhole(bytes, encoding), params.get('charset') ?? 'utf-8'))
    limits.cards += cards.length
    scope.cards.push(...cards)
  }
  scope.parts.push({
    contentType: type,
    ...keep(transferred(bytes, encoding), limits.spool),
    inline: disposition.value === 'inline' || disposition.value === '' && contentId !== undefined && place.related,
    ...(filename && { filename }), ...(contentId && { contentId })
  })
}
