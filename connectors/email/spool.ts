import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const held = 1024 * 1024

/**
 * Takes the pieces of a file: in memory, which is its own, and from a megabyte on in a new file in `spool`, where there is one. What throws
 * leaves no file behind.
 */
export function keep(pieces: Iterable<Buffer>, spool: string | undefined): { content: Uint8Array, file?: { path: string, size: number } } {
  let chunks: Buffer[] = []
  let size = 0
  let file: { path: string, handle: number } | undefined
  try {
    for (const chunk of pieces) {
      size += chunk.length
      if (!file && size > held && spool !== undefined) {
        mkdirSync(spool, { recursive: true, mode: 0o700 })
        const path = join(spool, randomBytes(12).toString('hex'))
        file = { path, handle: openSync(path, 'wx', 0o600) }
        for (const one of chunks) writeAll(file.handle, one)
        chunks = []
      }
      if (file) writeAll(file.handle, chunk)
      else chunks.push(chunk)
    }
  } catch (error) {
    if (file) {
      closeSync(file.handle)
      rmSync(file.path, { force: true })
    }
    throw error
  }
  if (!file) return { content: Buffer.concat(chunks) }
  closeSync(file.handle)
  return { content: new Uint8Array(), file: { path: file.path, size } }
}

/** One write may take less than it is given. */
function writeAll(handle: number, chunk: Buffer): void {
  for (let at = 0; at < chunk.length;) at += writeSync(handle, chunk, at)
}
