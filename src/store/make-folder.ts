import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder for this user alone, and those above it that are missing. Where it is there already nothing changes. Throws the system's
 * error. `mkdir` of Node with `recursive` never ends where a file system says ENOENT although the parent is there (/proc, some automounts).
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const above = dirname(path)
    if (code === 'ENOENT' && above !== path && !existsSync(above)) {
      makeFolder(above)
      if (existsSync(above)) return makeFolder(path)
    }
    if (code !== 'ENOENT' && statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
    throw error
  }
}
