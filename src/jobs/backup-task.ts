import { constants, copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { blobFile, blobFiles, digestOf } from '../blobs/files.ts'
import { copyDatabase, openCopy, summaryOf } from '../store/backup.ts'
import { fileReferences, usersOfFile, type FileReference } from '../store/files.ts'
import { makeFolder } from '../store/make-folder.ts'
import { wrongStructure } from '../store/verify.ts'
import type { BackupRequest, BackupSummary } from './backup.ts'
import { moveIntoPlace, syncPath, writeWhole } from './durable.ts'
import { inThread } from './in-thread.ts'
import { manifestName, readManifest, type Manifest } from './manifest.ts'
import { TaskError, type TaskProgress } from './task.ts'

type Args = BackupRequest & { partial: string }
type Say = (progress: TaskProgress) => void

inThread<Args>((args, progress) => {
  try {
    return makeBackup(args, progress)
  } catch (error) {
    throw inWords(error, args)
  }
})

function makeBackup({ folder, target, partial, key, replace, now }: Args, progress: Say): BackupSummary {
  const former = prepare(folder, target, replace)
  progress({ stage: 'database', done: 0, total: 0 })
  copyDatabase(join(folder, 'kinbox.db'), partial)
  progress({ stage: 'check', done: 0, total: 0 })
  const { summary, files, problems } = look(partial)
  if (former && former.logId !== summary.logId && !replace) {
    rmSync(partial)
    throw new TaskError(`${target} holds the backup of another Kinbox, or of this one before it was restored (made ${former.madeAt}). Name another folder; or --replace, if that backup is not needed any more.`)
  }
  // After the database: whatever it refers to was on disk before it was committed.
  const { added, missing } = addFiles(folder, target, files, progress)
  const lacking = missing.map((digest) => `A file is missing or damaged: ${blobFile('', digest)} (${openedFor(partial, (tx) => usersOfFile(tx, digest))})`)
  putKey(folder, target, key)
  const madeAt = new Date(now).toISOString()
  const file = `kinbox-${madeAt.replace(/[:.]/g, '-')}.db`
  const { digest: sha256, size } = digestOf(partial)
  moveIntoPlace(partial, join(target, file))
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  const manifest: Manifest = { format: 1, madeAt, ...summary, database: { file, size, sha256 }, files: { count: files.length, bytes }, key }
  writeWhole(join(target, manifestName), join(target, 'partial-' + manifestName), JSON.stringify(manifest, null, 2) + '\n')
  // From here on the new backup counts.
  forget(target, file, files)
  return { madeAt, users: summary.users, messages: summary.messages, files: manifest.files, key, added, databaseBytes: size, problems: [...problems, ...lacking] }
}

/** Makes the folder, clears what an interrupted backup left, and returns the backup that is there. Throws TaskError where something else is. */
function prepare(folder: string, target: string, replace: boolean): Manifest | null {
  const [from, to] = [realpathSync(folder), placeOf(target)]
  if (!relative(from, to).startsWith('..') || !relative(to, from).startsWith('..')) throw new TaskError(`A backup in the data folder itself, or around it, would be lost with it. Name another folder, best on another disk.`)
  makeFolder(target)
  let former: Manifest | null = null
  try {
    former = readManifest(target)
  } catch (error) {
    if (!replace) throw error
  }
  const found = readdirSync(target)
  const known = (name: string) => /^(partial-.*|lost\+found|blobs|secret\.key)$/.test(name) || /^kinbox-[\w-]+\.db$/.test(name)
  // An interrupted first backup has left no manifest, and nothing else than these.
  if (!former && !replace && found.some((name) => !known(name))) throw new TaskError(`${target} is not empty and holds no backup. Name an empty folder, or one that does not exist yet.`)
  for (const name of found) if (name.startsWith('partial-')) rmSync(join(target, name), { recursive: true, force: true })
  return former
}

/** Where a folder is, or will be, without the links on the way. */
function placeOf(path: string): string {
  return existsSync(path) || dirname(path) === path ? realpathSync(path) : join(placeOf(dirname(path)), basename(path))
}

/** Opens the copy, and reads all of it. Throws TaskError where the file is damaged: a good backup must not be replaced by it. */
function look(partial: string): { summary: ReturnType<typeof summaryOf>, files: FileReference[], problems: string[] } {
  return openedFor(partial, (tx) => {
    const wrong = wrongStructure(tx)
    const damaged = wrong.find(({ kind }) => kind === 'database')
    if (damaged) throw new TaskError(`The copy of the database is not whole (${damaged.text}), so nothing was replaced: an earlier backup in this folder is as it was. Run kinbox verify.`)
    return { summary: summaryOf(tx), files: fileReferences(tx), problems: wrong.map(({ text }) => `${text}. Run kinbox verify.`) }
  })
}

function openedFor<T>(file: string, fn: (tx: ReturnType<typeof openCopy>['tx']) => T): T {
  const copy = openCopy(file)
  try {
    return fn(copy.tx)
  } finally {
    copy.close()
  }
}

function addFiles(folder: string, target: string, files: FileReference[], progress: Say): { added: number, missing: string[] } {
  const missing: string[] = []
  const touched = new Set<string>()
  let added = 0
  for (const [i, { digest, size }] of files.entries()) {
    progress({ stage: 'files', done: i, total: files.length })
    const path = blobFile(target, digest)
    if (statSync(path, { throwIfNoEntry: false })?.size === size) continue
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    if (!addFile(blobFile(folder, digest), path, join(target, 'partial-file'), digest)) missing.push(digest)
    else added++
    touched.add(dirname(path))
  }
  for (const path of touched) syncPath(path, 'folder')
  if (touched.size > 0) for (const path of [join(target, 'blobs'), target]) syncPath(path, 'folder')
  progress({ stage: 'files', done: files.length, total: files.length })
  return { added, missing }
}

/** Links where source and target share a disk: neither is ever written to again. Else copies. Read once, to see that it is what it should be; false: it is not. */
function addFile(from: string, to: string, partial: string, digest: string): boolean {
  rmSync(partial, { force: true })
  try {
    linkSync(from, partial)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    copyFileSync(from, partial, constants.COPYFILE_FICLONE)
    syncPath(partial, 'file')
  }
  if (digestOf(partial).digest !== digest) {
    rmSync(partial)
    return false
  }
  // Renaming a link over another name of the same file would do nothing and leave the partial one.
  rmSync(to, { force: true })
  renameSync(partial, to)
  return true
}

function putKey(folder: string, target: string, key: Manifest['key']): void {
  const path = join(target, 'secret.key')
  if (key === 'included') writeWhole(path, join(target, 'partial-secret.key'), readFileSync(join(folder, 'secret.key')))
  else rmSync(path, { force: true })
}

/** Removes what only an earlier backup needed. */
function forget(target: string, file: string, files: FileReference[]): void {
  for (const name of readdirSync(target)) if (/^kinbox-[\w-]+\.db$/.test(name) && name !== file) rmSync(join(target, name))
  const needed = new Set(files.map(({ digest }) => digest))
  for (const { digest } of blobFiles(target)) if (!needed.has(digest)) rmSync(blobFile(target, digest))
}

function inWords(error: unknown, { target }: Args): unknown {
  const { code, message, syscall } = error as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return new TaskError(`${target} cannot be written (${message}). Where a server runs, it makes the backup, as its own user and where its service lets it write: name such a folder (docs/operate.md).`)
  if (code === 'ENOSPC' || code === 'SQLITE_FULL' || code === 'EDQUOT') return new TaskError(`The disk of ${target} is full. An earlier backup in it is as it was. Free some space, or name another folder.`)
  if (code === 'ENOENT' && syscall === 'mkdir') return new TaskError(`${target} cannot be made there (${message}). Name a folder on a disk of this machine.`)
  if (code === 'ENOTDIR' || code === 'EEXIST') return new TaskError(`${target} is no folder. Name a folder for the backup.`)
  return error
}
