import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { MailParser } from 'mailparser'
import type { AddressObject, AttachmentStream, MessageText } from 'mailparser'

/** `contentType` in lower case without parameters; `inline` as the part says it; `file` in place of `content` where it is large. */
export type Part = { filename?: string, contentType: string, content: Uint8Array, file?: { path: string, size: number }, inline: boolean, contentId?: string }

/**
 * What the MIME library made of the mail. `parts` holds at most `maxParts`; `more` counts the others. `from` is whom it takes
 * for the senders: never an identity, a cross-check only.
 */
export type Body = { from: string[], text: string, html: string, parts: Part[], more: number }

/**
 * Takes a mail apart (RFC 2045 to 2049), charsets decoded. Never call it outside a worker with a kill timer: there are
 * mails that keep any MIME parser busy. Parts over a megabyte go to new files in `spool`, where there is one. Rejects where the library gives up, e.g. at more than a thousand parts.
 */
export function readBody(raw: Uint8Array, maxParts: number, spool?: string): Promise<Body> {
  const { promise, resolve, reject } = Promise.withResolvers<Body>()
  const body: Body = { from: [], text: '', html: '', parts: [], more: 0 }
  const parser = new MailParser({ skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true, skipTextLinks: true })

  let open: Keeper | null = null
  const failed = (error: Error) => {
    open?.drop()
    reject(error)
  }

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
    const kept = open = body.parts.length < maxParts ? keeper(spool) : null
    const stream = data.content as Readable
    stream.on('data', (chunk: Buffer) => kept?.add(chunk))
    stream.on('error', failed)
    stream.on('end', () => {
      if (kept) body.parts.push(partOf(data, kept.end()))
      else body.more++
      open = null
      data.release()
    })
  })
  // The library may say several errors; the first one settles, the listener stays for the others.
  parser.on('error', failed)
  parser.on('end', () => resolve(body))
  // In slices, each when the last one is through: else all of it would wait inside of the parser a second time.
  Readable.from(slices(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)), { objectMode: false }).pipe(parser)
  return promise
}

const held = 1024 * 1024
const slice = 64 * 1024

function* slices(raw: Buffer): Generator<Buffer> {
  for (let at = 0; at < raw.length; at += slice) yield raw.subarray(at, at + slice)
}

type Keeper = { add(chunk: Buffer): void, end(): Pick<Part, 'content' | 'file'>, drop(): void }

/** Takes the pieces of a part: in memory, and from a megabyte on in a file. */
function keeper(spool: string | undefined): Keeper {
  let chunks: Buffer[] = []
  let size = 0
  let file: { path: string, handle: number } | undefined
  return {
    add(chunk) {
      size += chunk.length
      if (file) return void writeAll(file.handle, chunk)
      chunks.push(chunk)
      if (size <= held || spool === undefined) return
      mkdirSync(spool, { recursive: true, mode: 0o700 })
      const path = join(spool, randomBytes(12).toString('hex'))
      file = { path, handle: openSync(path, 'wx', 0o600) }
      for (const one of chunks) writeAll(file.handle, one)
      chunks = []
    },
    end() {
      if (!file) return { content: Buffer.concat(chunks) }
      closeSync(file.handle)
      return { content: new Uint8Array(), file: { path: file.path, size } }
    },
    drop() {
      if (!file) return
      closeSync(file.handle)
      rmSync(file.path, { force: true })
      file = undefined
    }
  }
}

/** One write may take less than it is given. */
function writeAll(handle: number, chunk: Buffer): void {
  for (let at = 0; at < chunk.length;) at += writeSync(handle, chunk, at)
}

function partOf(data: AttachmentStream, kept: Pick<Part, 'content' | 'file'>): Part {
  return {
    contentType: String(data.contentType || 'application/octet-stream').toLowerCase(),
    ...kept,
    inline: data.contentDisposition === 'inline' || (data.contentDisposition as unknown) === undefined && data.related === true,
    ...(data.filename && { filename: String(data.filename) }),
    ...(data.cid && { contentId: String(data.cid) })
  }
}
