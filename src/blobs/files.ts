import { createHash } from 'node:crypto'
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Where a file lies below a folder with blobs, by its digest in hex. */
export function blobFile(folder: string, digest: string): string {
  return join(folder, 'blobs', digest.slice(0, 2), digest.slice(2))
}

/** Every file in the blobs of a folder: its digest in hex, its size and when it was put last (ms). What has another name is none. */
export function* blobFiles(folder: string): Generator<{ digest: string, size: number, at: number }> {
  for (const first of names(join(folder, 'blobs')).filter(name => /^[0-9a-f]{2}$/.test(name))) {
    for (const rest of names(join(folder, 'blobs', first)).filter(name => /^[0-9a-f]{62}$/.test(name))) {
      const found = statSync(join(folder, 'blobs', first, rest), { throwIfNoEntry: false })
      if (found?.isFile()) yield { digest: first + rest, size: found.size, at: found.mtimeMs }
    }
  }
}

/** What a process that ended left half written before `before` (ms): paths. */
export function halfWritten(folder: string, before: number): string[] {
  const partial = join(folder, 'blobs', 'partial')
  return names(partial).map(name => join(partial, name)).filter(path => (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < before)
}

/** The SHA-256 of a file in hex, and its size. Reads it in pieces and waits for the disk: for a thread of its own. */
export function digestOf(path: string): { digest: string, size: number } {
  const hash = createHash('sha256')
  const piece = Buffer.allocUnsafe(1024 * 1024)
  const file = openSync(path, 'r')
  try {
    let size = 0
    for (;;) {
      const read = readSync(file, piece)
      if (read === 0) return { digest: hash.digest('hex'), size }
      hash.update(piece.subarray(0, read))
      size += read
    }
  } finally {
    closeSync(file)
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
