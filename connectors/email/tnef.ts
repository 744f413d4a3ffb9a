import type { Part } from './mime.ts'
import { decodeText } from './charset.ts'
import { oneLine } from './words.ts'

/** What Outlook packs into a winmail.dat. */
export type Opened = { text: string, html: string, parts: Part[] }

const signature = 0x223e9f78
const MOST_ATTRIBUTES = 20_000
const MOST_PROPERTIES = 2000
const MOST_PARTS = 500

const ATTACH_BEGIN = 0x9002
const ATTACH_TITLE = 0x8010
const ATTACH_DATA = 0x800f
const ATTACH_PROPERTIES = 0x9005
const BODY = 0x800c
const MESSAGE_PROPERTIES = 0x9003
const CODE_PAGE = 0x9007

/**
 * Opens a TNEF stream ([MS-OXTNEF]): the text and HTML of the message and its attachments, with their names, types and ids. A stream that is cut off gives what
 * comes before the damage; null for what is no TNEF. Reads each byte once, and never outside of what is there.
 */
export function readTnef(bytes: Buffer): Opened | null {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== signature) return null
  const opened: Opened = { text: '', html: '', parts: [] }
  let codePage = 'windows-1252'
  let at = 6
  for (let count = 0; count < MOST_ATTRIBUTES && at + 9 <= bytes.length; count++) {
    const id = bytes.readUInt16LE(at + 1)
    const length = bytes.readUInt32LE(at + 5)
    const data = bytes.subarray(at + 9, at + 9 + length)
    at += 9 + length + 2
    if (id === CODE_PAGE && data.length >= 4) codePage = `windows-${data.readUInt32LE(0)}`
    else if (id === BODY) opened.text ||= text(data, codePage)
    else if (id === MESSAGE_PROPERTIES) body(properties(data), opened, codePage)
    else if (id === ATTACH_BEGIN) {
      if (opened.parts.length >= MOST_PARTS) break
      opened.parts.push({ contentType: 'application/octet-stream', content: new Uint8Array(), inline: false })
    } else attachment(id, data, opened.parts.at(-1), codePage)
  }
  return opened
}

function attachment(id: number, data: Buffer, part: Part | undefined, codePage: string): void {
  if (!part) return
  if (id === ATTACH_TITLE) part.filename ||= oneLine(text(data, codePage), 250)
  // A copy: the pieces of one stream would otherwise keep all of it.
  else if (id === ATTACH_DATA) part.content = Uint8Array.from(data)
  else if (id === ATTACH_PROPERTIES) {
    const found = properties(data)
    const word = (...tags: number[]) => tags.map((tag) => found.get(tag)).find((value) => value !== undefined)
    const name = word(0x3707, 0x3704, 0x3001)
    if (name) part.filename = oneLine(string(name, codePage), 250)
    const type = word(0x370e)
    if (type && /^[\w.+-]+\/[\w.+-]+$/.test(string(type, codePage))) part.contentType = string(type, codePage).toLowerCase()
    const contentId = word(0x3712)
    if (contentId) {
      part.contentId = string(contentId, codePage).replace(/^<|>$/g, '')
      part.inline = true
    }
    const content = word(0x3701)
    if (content && part.content.length === 0) part.content = Uint8Array.from(content.bytes)
  }
}

function body(found: Map<number, Value>, opened: Opened, codePage: string): void {
  const html = found.get(0x1013)
  if (html) opened.html ||= html.type === 0x102 ? decodeText(html.bytes, /charset=["']?([\w-]+)/i.exec(html.bytes.toString('latin1', 0, 2000))?.[1] ?? codePage) : string(html, codePage)
  const plain = found.get(0x1000)
  if (plain) opened.text ||= string(plain, codePage)
}

type Value = { type: number, bytes: Buffer }

const sizes: Record<number, number> = { 2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xa: 4, 0xb: 4, 0x14: 8, 0x40: 8, 0x48: 16 }

/** MAPI properties by their ids ([MS-OXTNEF] section 2.1.3.4): the first value of each; none from the first on that is of no known kind. */
function properties(data: Buffer): Map<number, Value> {
  const found = new Map<number, Value>()
  if (data.length < 4) return found
  const count = Math.min(data.readUInt32LE(0), MOST_PROPERTIES)
  let at = 4
  const has = (size: number) => at + size <= data.length
  const padded = (size: number) => size + (4 - size % 4) % 4
  for (let index = 0; index < count && has(4); index++) {
    const type = data.readUInt16LE(at)
    const id = data.readUInt16LE(at + 2)
    at += 4
    if (id >= 0x8000) {
      if (!has(20)) break
      const kind = data.readUInt32LE(at + 16)
      at += 20
      if (!has(4)) break
      if (kind === 0) at += 4
      else {
        const size = data.readUInt32LE(at)
        if (!has(4 + size)) break
        at += 4 + padded(size)
      }
    }
    const base = type & 0xfff
    const fixed = sizes[base]
    let values = 1
    if (type & 0x1000 || fixed === undefined) {
      if (!has(4)) break
      values = data.readUInt32LE(at)
      at += 4
    }
    for (let value = 0; value < values && has(1); value++) {
      let size = fixed
      if (size === undefined) {
        if (![0xd, 0x1e, 0x1f, 0x102].includes(base) || !has(4)) return found
        size = data.readUInt32LE(at)
        at += 4
      }
      if (!has(size)) return found
      if (!found.has(id)) found.set(id, { type: base, bytes: data.subarray(at, at + size) })
      at += padded(size)
    }
  }
  return found
}

function string({ type, bytes }: Value, codePage: string): string {
  return type === 0x1f ? bytes.toString('utf16le').replace(/\0+$/, '') : text(bytes, codePage)
}

function text(bytes: Buffer, codePage: string): string {
  return decodeText(bytes, codePage).replace(/\0[^]*$/, '')
}
