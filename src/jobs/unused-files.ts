import { blobFiles } from '../blobs/files.ts'
import type { FileReference } from '../store/files.ts'

/** A file in blobs/ that nothing refers to; `digest` in hex. */
export type UnusedFile = { digest: string, size: number }

/** Files that are not among `files`, and that nobody has put since `before` (ms). Looks at every file: for a thread of its own. */
export function unusedFiles(folder: string, files: readonly FileReference[], before: number): UnusedFile[] {
  const needed = new Set(files.map(({ digest }) => digest))
  return [...blobFiles(folder)].filter(({ digest, at }) => !needed.has(digest) && at < before).map(({ digest, size }) => ({ digest, size }))
}
