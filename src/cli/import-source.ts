import { createReadStream } from 'node:fs'
import { open, readFile, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AdminError } from '../api/admin-actions.ts'
import { looksLikeMail, sourceTime, statusFlags } from './import-headers.ts'
import { splitMbox } from './mbox.ts'

/** A mail found in a file. `at` (ms) is when it arrived as far as the file says, null where it says nothing. `read` is how many bytes of all sources have been read. */
export type SourceMessage = { type: 'message', name: string, bytes: Uint8Array, at: number | null, seen: boolean, flagged: boolean, read: number }

/** Something that was not taken, and why, in words. */
export type SourceProblem = { type: 'problem', name: string, problem: string, read: number }

type Source = { path: string, size: number, kind: 'file' | 'maildir' }

export const maxMailBytes = 50 * 1024 * 1024

/** How many bytes the sources hold, for a progress bar. Throws where a path does not exist. */
export async function sourceSize(paths: string[]): Promise<number> {
  let total = 0
  for (const path of paths) for await (const { size } of sources(path)) total += size
  return total
}

/**
 * The mails of these paths in a fixed order: mail files, mbox files (mboxrd: `>From ` loses its `>`), Maildirs and folders of all these.
 * At most one mail is held in memory. A mail is seen unless its Status header or its Maildir flags say otherwise.
 * Throws where one of the paths does not exist; everything smaller is reported as a problem and passed over.
 */
export async function* readSources(paths: string[], { maxBytes = maxMailBytes }: { maxBytes?: number } = {}): AsyncGenerator<SourceMessage | SourceProblem> {
  let before = 0
  for (const path of paths) {
    for await (const source of sources(path)) {
      try {
        for await (const item of source.kind === 'maildir' ? readMaildirFile(source, maxBytes) : readMailFile(source, maxBytes)) {
          yield { ...item, read: before + item.read }
        }
      } catch (error) {
        yield { type: 'problem', name: source.path, problem: `could not be read (${(error as Error).message})`, read: before }
      }
      before += source.size
    }
  }
}

async function* sources(path: string): AsyncGenerator<Source> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new AdminError('not_found', error.code === 'ENOENT' ? `There is no file or folder ${path}.` : `${path} cannot be read (${error.message}). The server reads it: make it readable for the user it runs as.`, { cause: error })
  })
  const { size } = found
  if (!found.isDirectory()) return void (yield { path, size, kind: isInMaildir(path) ? 'maildir' : 'file' })
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
      const size = await stat(path).then(found => found.size, () => 0)
      yield { path, size, kind: isInMaildir(path) ? 'maildir' : 'file' }
    }
  }
}

function isInMaildir(path: string): boolean {
  const folder = basename(join(path, '..'))
  return folder === 'new' || (folder === 'cur' && /[:;!]2,[A-Za-z]*$/.test(basename(path)))
}

async function* readMailFile({ path, size }: Source, maxBytes: number): AsyncGenerator<SourceMessage | SourceProblem> {
  if (size === 0) return void (yield { type: 'problem', name: path, problem: 'is empty', read: 0 })
  if (await startsWith(path, 'From ')) return void (yield* readMbox(path, maxBytes))
  if (size > maxBytes) return void (yield tooLarge(path, size, maxBytes))
  yield mail({ name: path, bytes: await readFile(path), fromLine: null, read: size })
}

async function* readMbox(path: string, maxBytes: number): AsyncGenerator<SourceMessage | SourceProblem> {
  let n = 0
  for await (const { bytes, size, fromLine, read } of splitMbox(createReadStream(path, { highWaterMark: 1024 * 1024 }), maxBytes)) {
    const name = `${path}#${++n}`
    if (!bytes) yield tooLarge(name, size, maxBytes, read)
    else if (size === 0) yield { type: 'problem', name, problem: 'is empty', read }
    else yield mail({ name, bytes, fromLine, read })
  }
}

async function* readMaildirFile(source: Source, maxBytes: number): AsyncGenerator<SourceMessage | SourceProblem> {
  const flags = /[:;!]2,([A-Za-z]*)$/.exec(basename(source.path))?.[1] ?? ''
  for await (const item of readMailFile(source, maxBytes)) {
    yield item.type === 'message' ? { ...item, seen: flags.includes('S'), flagged: flags.includes('F') } : item
  }
}

function mail({ name, bytes, fromLine, read }: { name: string, bytes: Uint8Array, fromLine: string | null, read: number }): SourceMessage | SourceProblem {
  if (!looksLikeMail(bytes)) return { type: 'problem', name, problem: 'is no mail: it does not begin with a mail\'s header', read }
  return { type: 'message', name, bytes, at: sourceTime(bytes, fromLine), ...statusFlags(bytes), read }
}

function tooLarge(name: string, size: number, maxBytes: number, read = size): SourceProblem {
  return { type: 'problem', name, problem: `is larger (${(size / 1048576).toFixed(1)} MiB) than a mail may be (${Math.floor(maxBytes / 1048576)} MiB)`, read }
}

async function startsWith(path: string, text: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(text.length), 0, text.length, 0)
    return buffer.subarray(0, bytesRead).toString('latin1') === text
  } finally {
    await file.close()
  }
}
