import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TaskError } from './task.ts'

/** What a backup says of itself, in backup.json. Its replacement is the moment from which a newer backup counts. */
export type Manifest = {
  format: 1
  /** RFC 3339. */
  madeAt: string
  logId: string
  /** By name, the migrations that its database has had. */
  migrations: string[]
  users: number
  messages: number
  database: { file: string, size: number, sha256: string }
  files: { count: number, bytes: number }
  /** Where the key of the accounts' passwords is: in the backup, nowhere in it, or in the operator's KINBOX_SECRET_KEY. */
  key: 'included' | 'left out' | 'elsewhere'
}

export const manifestName = 'backup.json'

/** null where there is none. Throws TaskError for one that cannot be read, or was made by a newer version. */
export function readManifest(folder: string): Manifest | null {
  let text: string
  try {
    text = readFileSync(join(folder, manifestName), 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new TaskError(`The backup in ${folder} cannot be read (${message}). Run this as the user that made it.`, { cause: error })
  }
  const manifest = parse(text)
  if (!manifest) throw new TaskError(`${join(folder, manifestName)} is damaged. Use another backup, or make a new one in an empty folder.`)
  if (manifest.format !== 1) throw new TaskError(`The backup in ${folder} was made by a newer version of Kinbox. Use that version, or a newer one.`)
  return manifest
}

function parse(text: string): Manifest | null {
  try {
    const found = JSON.parse(text) as Partial<Manifest> | null
    return typeof found?.database?.file === 'string' && /^kinbox-[\w-]+\.db$/.test(found.database.file) && Array.isArray(found.migrations) ? found as Manifest : null
  } catch {
    return null
  }
}
