import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** What was written to a file, or the names in a folder, are on disk when it returns. Windows knows no such thing for folders. */
export function syncPath(path: string, kind: 'file' | 'folder'): void {
  if (kind === 'folder' && process.platform === 'win32') return
  const open = openSync(path, 'r')
  try {
    fsyncSync(open)
  } finally {
    closeSync(open)
  }
}

/** Gives a written file its name: after a crash there is what was there before, or all of the new one. */
export function moveIntoPlace(partial: string, path: string): void {
  syncPath(partial, 'file')
  renameSync(partial, path)
  syncPath(dirname(path), 'folder')
}

/** A small file, whole or not at all. Only its owner may read it. */
export function writeWhole(path: string, partial: string, content: string | Uint8Array): void {
  writeFileSync(partial, content, { mode: 0o600 })
  moveIntoPlace(partial, path)
}
