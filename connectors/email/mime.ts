import type { Readable } from 'node:stream'
import { MailParser } from 'mailparser'
import type { AddressObject, AttachmentStream, MessageText } from 'mailparser'

/** `contentType` in lower case without parameters; `inline` as the part says it. */
export type Part = { filename?: string, contentType: string, content: Uint8Array, inline: boolean, contentId?: string }

/**
 * What the MIME library made of the mail. `parts` holds at most `maxParts`; `more` counts the others. `from` is whom it takes
 * for the senders: never an identity, a cross-check only.
 */
export type Body = { from: string[], text: string, html: string, parts: Part[], more: number }

/**
 * Takes a mail apart (RFC 2045 to 2049), charsets decoded. Never call it outside a worker with a kill timer: there are
 * mails that keep any MIME parser busy. Rejects where the library gives up, e.g. at more than a thousand parts.
 */
export function readBody(raw: Uint8Array, maxParts: number): Promise<Body> {
  const { promise, resolve, reject } = Promise.withResolvers<Body>()
  const body: Body = { from: [], text: '', html: '', parts: [], more: 0 }
  const parser = new MailParser({ skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true, skipTextLinks: true })

  parser.on('headers', (headers) => {
    const from = headers.get('from') as AddressObject | undefined
    body.from = (from?.value ?? []).flatMap((one) => one.group ?? [one]).map((one) => one.address ?? '')
  })
  parser.on('data', (data: AttachmentStream | MessageText) => {
    if (data.type === 'text') {
      body.text = data.text ?? ''
      body.html = typeof data.html === 'string' ? data.html : ''
      return
    }
    const chunks: Buffer[] = []
    const stream = data.content as Readable
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', reject)
    stream.on('end', () => {
      if (body.parts.length < maxParts) body.parts.push(partOf(data, Buffer.concat(chunks)))
      else body.more++
      data.release()
    })
  })
  // The library may say several errors; the first one settles, the listener stays for the others.
  parser.on('error', reject)
  parser.on('end', () => resolve(body))
  parser.end(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength))
  return promise
}

function partOf(data: AttachmentStream, content: Buffer): Part {
  return {
    contentType: String(data.contentType || 'application/octet-stream').toLowerCase(),
    content,
    inline: data.contentDisposition === 'inline' || (data.contentDisposition as unknown) === undefined && data.related === true,
    ...(data.filename && { filename: String(data.filename) }),
    ...(data.cid && { contentId: String(data.cid) })
  }
}
