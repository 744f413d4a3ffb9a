import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { blobFile, digestOf } from '../blobs/files.ts'
import { openCopy, restoreDatabase, settleDatabase, summaryOf } from '../store/backup.ts'
import { fileReferences, type FileReference } from '../store/files.ts'
import { ownFolder } from '../store/folder-lock.ts'
import { wrongStructure } from '../store/verify.ts'
import { moveIntoPlace, syncPath } from './durable.ts'
import { inThread } from './in-thread.ts'
import { manifestName, readManifest, type Manifest } from './manifest.ts'
import type { RestoreRequest, RestoreSummary } from './restore.ts'
import { TaskError, type TaskProgress } from './task.ts'

/** Its presence says that a restore was not finished. */
const marker = 'kinbox.db.restoring'
/** What a folder may hold that nobody would miss. */
const nothing = /^(owner\.lock(-journal)?|lost\+found)$/

inThread<RestoreRequest | { source: string }>((args, progress) => {
  try {
    if ('to' in args) return restore(args, progress)
    const { manifest, problems } = checkBackup(args.source, progress)
    return { manifest, problems }
  } catch (error) {
    throw inWords(error, 'to' in args ? args.to : args.source)
  }
})

function inWords(error: unknown, folder: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL') return new TaskError(`The disk of ${folder} is full. Free some space and run the same again.`, { cause: error })
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return new TaskError(`This user may not read or write there (${message}). Run it as the user that Kinbox runs as.`, { cause: error })
  return error
}

function checkBackup(source: string, progress: (progress: TaskProgress) => void): { manifest: Manifest, files: FileReference[], problems: string[] } {
  const manifest = readManifest(source)
  if (!manifest) throw new TaskError(`There is no backup in ${source} (no ${manifestName}). Name the folder that kinbox backup wrote to.`)
  const database = join(source, manifest.database.file)
  progress({ stage: 'database', done: 0, total: 0 })
  if (!existsSync(database)) throw new TaskError(`The backup in ${source} has lost its database ${manifest.database.file}. Use another backup.`)
  if (digestOf(database).digest !== manifest.database.sha256) throw new TaskError(`The database of the backup in ${source} is damaged: it is not what was written. Use another backup.`)
  const copy = openCopy(database)
  try {
    progress({ stage: 'check', done: 0, total: 0 })
    const files = fileReferences(copy.tx)
    const problems = wrongStructure(copy.tx).map(({ text }) => text)
    for (const [i, { digest }] of files.entries()) {
      progress({ stage: 'files', done: i, total: files.length })
      if (!holds(blobFile(source, digest), digest)) problems.push(`The backup lacks the file ${blobFile('', digest)}, or has a damaged one`)
    }
    return { manifest, files, problems }
  } finally {
    copy.close()
  }
}

function restore({ source, to, force, keyElsewhere, now }: RestoreRequest, progress: (progress: TaskProgress) => void): RestoreSummary {
  const { manifest, files, problems } = checkBackup(source, progress)
  // Reached by its own path, or by a link to it.
  const above = [to, dirname(to)].map((path) => existsSync(path) ? realpathSync(path) : resolve(path))
  if (above.some((path) => !relative(realpathSync(source), path).startsWith('..'))) throw new TaskError(`${to} lies in the backup itself. Name another folder with --data.`)
  refuseFull(to, force)
  const owner = ownFolder(to)
  try {
    refuseFull(to, force)
    const aside = moveAside(to, manifest, now)
    const partial = join(to, marker)
    copyFileSync(join(source, manifest.database.file), partial, constants.COPYFILE_FICLONE)
    const { waited } = restoreDatabase(partial)
    copyFiles(source, to, files, progress)
    const key = join(to, 'secret.key')
    if (manifest.key === 'included') {
      copyFileSync(join(source, 'secret.key'), key + '.partial')
      moveIntoPlace(key + '.partial', key)
    }
    const { users, messages } = readSummary(partial)
    moveIntoPlace(partial, join(to, 'kinbox.db'))
    return { madeAt: manifest.madeAt, users, messages, files: manifest.files, key: manifest.key, keyInPlace: keyElsewhere || existsSync(key), aside, waited, problems }
  } finally {
    owner.release()
  }
}

function refuseFull(to: string, force: boolean): void {
  const found = existsSync(to) ? readdirSync(to).filter((name) => !nothing.test(name)) : []
  const interrupted = found.includes(marker) && !found.includes('kinbox.db')
  if (found.length > 0 && !force && !interrupted) {
    throw new TaskError(`${to} is not empty (${found.slice(0, 3).join(', ')}${found.length > 3 ? ', …' : ''}). Name an empty folder with --data; or --force, which moves what is there aside.`)
  }
}

/** Moves a former database and its files into a folder beside them. A key stays where the backup brings none. */
function moveAside(to: string, { key }: Manifest, now: number): string | null {
  const names = ['kinbox.db', 'kinbox.db-wal', 'kinbox.db-shm', ...key === 'included' ? ['secret.key'] : []].filter((name) => existsSync(join(to, name)))
  rmSync(join(to, marker), { force: true })
  if (names.length === 0) return null
  const aside = join(to, `before-restore-${new Date(now).toISOString().replace(/[:.]/g, '-')}`)
  mkdirSync(aside, { mode: 0o700 })
  settleDatabase(join(to, 'kinbox.db'))
  // The database first: a start in between finds none, rather than one without its files.
  for (const name of [...names.filter((name) => existsSync(join(to, name))), ...existsSync(join(to, 'blobs')) ? ['blobs'] : []]) renameSync(join(to, name), join(aside, name))
  syncPath(to, 'folder')
  return aside
}

function copyFiles(source: string, to: string, files: FileReference[], progress: (progress: TaskProgress) => void): void {
  const folders = new Set<string>()
  for (const [i, { digest }] of files.entries()) {
    progress({ stage: 'files', done: i, total: files.length })
    const path = blobFile(to, digest)
    if (!existsSync(blobFile(source, digest)) || holds(path, digest)) continue
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    copyFileSync(blobFile(source, digest), path, constants.COPYFILE_FICLONE)
    syncPath(path, 'file')
    folders.add(dirname(path))
  }
  for (const folder of folders) syncPath(folder, 'folder')
  if (folders.size > 0) syncPath(join(to, 'blobs'), 'folder')
}

function holds(path: string, digest: string): boolean {
  try {
    return digestOf(path).digest === digest
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

function readSummary(file: string): { users: number, messages: number } {
  const copy = openCopy(file)
  try {
    return summaryOf(copy.tx)
  } finally {
    copy.close()
  }
}
