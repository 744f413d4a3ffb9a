import { createReadStream } from 'node:fs'
import { open, readFile, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AdminError } from '../api/admin-actions.ts'
import { mailHead, sourceTime, statusFlags } from './import-headers.ts'
import type { MailHead } from './import-headers.ts'
import { exported } from './import-labels.ts'
import type { Exported } from './import-labels.ts'
import { splitMbox } from './mbox.ts'

/**
 * A mail found in a file. `at` (ms) is when it arrived as far as the file says, null where it says nothing. `read` is how many bytes of all
 * sources have been read. `exported`: the labels of the mailbox that it was exported from.
 */
export type SourceMessage = { type: 'message', name: string, bytes: Uint8Array, head: MailHead, at: number | null, seen: boolean, flagged: boolean, exported: Exported | null, read: number, place: Place }

/** Something that was not taken, and why, in words. */
export type SourceProblem = { type: 'problem', name: string, problem: string, read: number, place: Place }

/** How far a file has been read when this one is done; `size` and `changed` (ms) say which state of the file it was. `at`: where the next mail begins. */
export type Place = { path: string, size: number, changed: number, at: number }

/** Where reading a file goes on: 0 for the beginning. */
export type GoOn = (file: Omit<Place, 'at'>) => Promise<number> | number

type Source = { path: string, size: number, changed: number, kind: 'file' | 'maildir' }
type Item = Omit<SourceMessage, 'place'> & { at: number | null } | Omit<SourceProblem, 'place'>
type Found = { item: Item, next: number }

export const maxMailBytes = 50 * 1024 * 1024

/** How many bytes the sources hold, for a progress bar. Throws where a path does not exist. */
export async function sourceSize(paths: string[]): Promise<number> {
  let total = 0
  for (const path of paths) for await (const { size } of sources(path)) total += size
  return total
}

/**
 * The mails of these paths in a fixed order: mail files, mbox files (mboxrd and mboxo), Maildirs and folders of all these.
 * At most one mail is held in memory. A mail is seen unless its Status header, its Maildir flags or its exporter say otherwise.
 * Throws where one of the paths does not exist; everything smaller is reported as a problem and passed over.
 */
export async function* readSources(paths: string[], { maxBytes = maxMailBytes, goOn = () => 0 }: { maxBytes?: number, goOn?: GoOn } = {}): AsyncGenerator<SourceMessage | SourceProblem> {
  let before = 0
  for (const path of paths) {
    for await (const source of sources(path)) {
      const { size, changed } = source
      const place = (at: number): Place => ({ path: source.path, size, changed, at })
      try {
        for await (const { item, next } of source.kind === 'maildir' ? readMaildirFile(source, maxBytes, goOn) : readMailFile(source, maxBytes, goOn)) {
          yield { ...item, read: before + item.read, place: place(next) }
        }
      } catch (error) {
        yield { type: 'problem', name: source.path, problem: `could not be read (${(error as Error).message})`, read: before, place: place(0) }
      }
      before += size
    }
  }
}

async function* sources(path: string): AsyncGenerator<Source> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new AdminError('not_found', error.code === 'ENOENT' ? `There is no file or folder ${path}.` : `${path} cannot be read (${error.message}). The server reads it: make it readable for the user it runs as.`, { cause: error })
  })
  const { size, mtimeMs: changed } = found
  if (!found.isDirectory()) return void (yield { path, size, changed: Math.trunc(changed), kind: isInMaildir(path) ? 'maildir' : 'file' })
  yield* walk(path)
}

async function* walk(folder: string): AsyncGenerator<Source> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => a.name < b.name ? -1 : 1)
  const names = new Set(entries.filter(entry => entry.isDirectory()).map(({ name }) => name))
  const maildir = names.has('cur') && names.has('new')
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (maildir && entry.name === 'tmp') continue
      if (entry.name.startsWith('.') && !maildir) continue
      yield* walk(path)
    } else if (entry.isFile() && !entry.name.startsWith('.')) {
      // What lies beside cur and new in a Maildir is the server's own (indexes, control files).
      if (maildir) continue
      const { size, mtimeMs: changed } = await stat(path).catch(() => ({ size: 0, mtimeMs: 0 }))
      yield { path, size, changed: Math.trunc(changed), kind: isInMaildir(path) ? 'maildir' : 'file' }
    }
  }
}

function isInMaildir(path: string): boolean {
  const folder = basename(join(path, '..'))
  return folder === 'new' || (folder === 'cur' && /[:;!]2,[A-Za-z]*$/.test(basename(path)))
}

async function* readMailFile(source: Source, maxBytes: number, goOn: GoOn): AsyncGenerator<Found> {
  const { path, size } = source
  const whole = (item: Item): Found => ({ item, next: size })
  if (size === 0) return void (yield whole({ type: 'problem', name: path, problem: 'is empty', read: 0 }))
  const first = await firstLine(path)
  if (first.startsWith('From ')) return void (yield* readMbox(source, first, maxBytes, goOn))
  if (size > maxBytes) return void (yield whole(isPacked(Buffer.from(first, 'latin1')) ? { type: 'problem', name: path, problem: packed, read: size } : tooLarge(path, size, maxBytes)))
  yield whole(mail({ name: path, bytes: await readFile(path), fromLine: null, read: size }))
}

async function* readMbox({ path, size: all, changed }: Source, first: string, maxBytes: number, goOn: GoOn): AsyncGenerator<Found> {
  const asked = await goOn({ path, size: all, changed })
  const start = asked > 0 && asked < all && (await firstLine(path, asked)).startsWith('From ') ? asked : asked >= all ? all : 0
  let waiting: { item: Item } | null = null
  for await (const { bytes, size, fromLine, at, read } of splitMbox(createReadStream(path, { highWaterMark: 1024 * 1024, start }), maxBytes, { start, first })) {
    if (waiting) yield { ...waiting, next: at }
    const name = `${path} at byte ${at}`
    waiting = { item: !bytes ? tooLarge(name, size, maxBytes, read) : size === 0 ? { type: 'problem', name, problem: 'is empty', read } : mail({ name, bytes, fromLine, read, mbox: true }) }
  }
  if (waiting) yield { ...waiting, next: all }
}

async function* readMaildirFile(source: Source, maxBytes: number, goOn: GoOn): AsyncGenerator<Found> {
  const flags = /[:;!]2,([A-Za-z]*)$/.exec(basename(source.path))?.[1] ?? ''
  for await (const { item, next } of readMailFile(source, maxBytes, goOn)) {
    yield { item: item.type === 'message' ? { ...item, seen: flags.includes('S'), flagged: flags.includes('F') } : item, next }
  }
}

function mail({ name, bytes, fromLine, read, mbox = false }: { name: string, bytes: Uint8Array, fromLine: string | null, read: number, mbox?: boolean }): Item {
  const head = mailHead(bytes)
  if (!head) return { type: 'problem', name, problem: isPacked(bytes) ? packed : 'is no mail: it does not begin with a mail\'s header', read }
  const labels = mbox ? exported(head) : null
  return { type: 'message', name, bytes, head, at: sourceTime(head, fromLine), ...labels ? { seen: labels.seen, flagged: labels.flagged } : statusFlags(head), exported: labels, read }
}

const packed = 'is packed: unpack it first, and name what was in it'

/** How archives begin: zip, gzip, bzip2, xz, Zstandard, 7z. Exports of mailboxes come as such. */
const archives = ['PK\x03\x04', '\x1f\x8b', 'BZh', '\xfd7zXZ', '\x28\xb5\x2f\xfd', '7z\xbc\xaf'].map((text) => Buffer.from(text, 'latin1'))

function isPacked(bytes: Uint8Array): boolean {
  return archives.some((start) => start.equals(bytes.subarray(0, start.length)))
}

function tooLarge(name: string, size: number, maxBytes: number, read = size): Item {
  return { type: 'problem', name, problem: `is larger (${(size / 1048576).toFixed(1)} MiB) than a mail may be (${Math.floor(maxBytes / 1048576)} MiB)`, read }
}

/** What stands on the line that begins at this byte, as far as it matters. */
async function firstLine(path: string, at = 0): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(200), 0, 200, at)
    return buffer.toString('latin1', 0, bytesRead).split(/\r?\n/, 1)[0]!
  } finally {
    await file.close()
  }
}
