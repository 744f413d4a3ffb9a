import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import MimeNode from 'nodemailer/lib/mime-node'
import { canonicalEmail, ConnectorError, domainOf } from '#connector'
import type { Prepared, SendOperation } from '#connector'

/** A mail with its bytes decided: what is text lies here, attachments stay in their files and go out as base64. */
export type FrozenMail = {
  envelope: { from: string, to: string[] }
  /** Bytes of the whole mail. */
  size: number
  segments: ({ text: string } | { path: string, size: number })[]
}

/**
 * Freezes a mail: same operation, same bytes. Message-ID comes from the attempt, Date from `op.at`. Bcc is in the envelope only.
 * The envelope is built from strictly checked addresses, so that no line break or second address gets into it.
 * Throws ConnectorError 'never' for what can never be sent.
 */
export async function freezeMail(op: SendOperation): Promise<Prepared> {
  const from = strict(op.from.address)
  if (!/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(op.attempt)) throw new ConnectorError('bad-attempt', 'This message has no usable id.', { retry: 'never' })
  const recipients = op.recipients.map((recipient) => ({ ...recipient, address: strict(recipient.address) }))
  if (recipients.length === 0) throw new ConnectorError('no-recipient', 'Nobody is named as recipient of this mail. Name somebody.', { retry: 'never' })
  const messageId = `${op.attempt}@${domainOf(from)}`
  // Derived from the unguessable attempt, so no text can contain it.
  const seed = createHash('sha256').update(op.attempt).digest('hex').slice(0, 32)
  const options = { baseBoundary: seed, boundaryPrefix: '--_Kin', disableFileAccess: true, disableUrlAccess: true, newline: 'win' }

  const single = op.attachments.length === 0
  const root = new MimeNode(single ? 'text/plain; charset=utf-8' : 'multipart/mixed', options)
  root.setHeader('From', person(from, op.from.name))
  for (const [key, role] of [['To', 'to'], ['Cc', 'cc']] as const) {
    const people = recipients.filter((recipient) => recipient.role === role)
    if (people.length > 0) root.setHeader(key, people.map((each) => person(each.address, each.name)))
  }
  root.setHeader('Subject', oneLine(op.subject ?? ''))
  root.setHeader('Date', new Date(op.at).toUTCString().replace('GMT', '+0000'))
  root.setHeader('Message-ID', `<${messageId}>`)
  const references = op.references.filter((id) => /^[^\s<>\u0000-\u001f\u007f]{1,900}$/u.test(id))
  if (references.length > 0) {
    root.setHeader('In-Reply-To', `<${references.at(-1)}>`)
    root.setHeader('References', references.map((id) => `<${id}>`).join(' '))
  }

  const text = op.text.replace(/\r\n|\r|\n/g, '\r\n')
  const segments: FrozenMail['segments'] = []
  if (single) {
    root.setContent(text)
    segments.push({ text: (await root.build()).toString() })
  } else {
    const head = root.buildHeaders()
    const body = root.createChild('text/plain; charset=utf-8').setContent(text)
    const open = `--${root.boundary}\r\n`
    segments.push({ text: `${head}\r\n\r\n${open}${(await body.build()).toString()}` })
    for (const attachment of op.attachments) {
      const part = root.createChild(partType(attachment.contentType), { filename: oneLine(attachment.name) || 'attachment' })
      // RFC 6047 section 2.4: calendar programs look for such a part itself, not for a file.
      part.setHeader('Content-Disposition', isCalendarMessage(attachment.contentType) ? 'inline' : 'attachment')
      part.setHeader('Content-Transfer-Encoding', 'base64')
      segments.push({ text: `\r\n${open}${part.buildHeaders()}\r\n\r\n` }, { path: attachment.path, size: attachment.size })
    }
    segments.push({ text: `\r\n--${root.boundary}--\r\n` })
  }
  const size = segments.reduce((sum, segment) => sum + ('text' in segment ? Buffer.byteLength(segment.text) : base64Size(segment.size)), 0)
  const to = [...new Set(recipients.map((recipient) => recipient.address))]
  return { type: 'send', attempt: op.attempt, messageId, data: { envelope: { from, to }, size, segments } satisfies FrozenMail }
}

/**
 * The frozen bytes as a stream; attachments are read while it flows. Fails where a file is gone or changed its size.
 * `flowed` is called when the last byte has been handed on.
 */
export function mailStream(mail: FrozenMail, flowed: () => void = () => {}): Readable {
  return Readable.from(bytes(), { objectMode: false })

  async function* bytes(): AsyncGenerator<Buffer> {
    for (const segment of mail.segments) {
      if ('text' in segment) yield Buffer.from(segment.text)
      else yield* base64Lines(segment.path, segment.size)
    }
    flowed()
  }
}

/** RFC 2045 section 6.8: lines of 76 characters, so 57 bytes each; without a line break after the last. */
async function* base64Lines(path: string, size: number): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  let read = 0
  let begun = false
  const lines = (bytes: Buffer) => {
    const text = (bytes.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n')
    const chunk = Buffer.from(begun ? '\r\n' + text : text)
    begun = true
    return chunk
  }
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    read += chunk.length
    const bytes = Buffer.concat([rest, chunk])
    const whole = bytes.length - bytes.length % 57
    if (whole > 0) yield lines(bytes.subarray(0, whole))
    rest = bytes.subarray(whole)
  }
  if (read !== size) throw new Error('the attachment changed its size')
  if (rest.length > 0) yield lines(rest)
}

function base64Size(bytes: number): number {
  const characters = Math.ceil(bytes / 3) * 4
  return characters + Math.max(0, Math.ceil(characters / 76) - 1) * 2
}

function strict(address: string): string {
  const canonical = canonicalEmail(address)
  if (canonical) return canonical
  throw new ConnectorError('bad-address', `"${oneLine(address).slice(0, 100)}" is no mail address. Correct it.`, { retry: 'never' })
}

function person(address: string, name: string | undefined): { address: string, name: string } {
  return { address, name: oneLine(name ?? '').slice(0, 200) }
}

function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim()
}

function isCalendarMessage(type: string): boolean {
  return /^text\/calendar; method=(?:request|reply|cancel|counter); charset=utf-8$/i.test(type)
}

/** RFC 2046 section 5: messages and multiparts must not be encoded, so they go as plain files. */
function partType(type: string): string {
  if (isCalendarMessage(type)) return type.toLowerCase().replace(/method=[a-z]+/, (method) => method.toUpperCase().replace('METHOD', 'method'))
  return /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/i.test(type) && !/^(message|multipart)\//i.test(type) ? type.toLowerCase() : 'application/octet-stream'
}
