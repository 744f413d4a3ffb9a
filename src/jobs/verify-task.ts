import { statSync } from 'node:fs'
import { join } from 'node:path'
import { blobFile, digestOf } from '../blobs/files.ts'
import { fileReferences, usersOfFile, type FileReference } from '../store/files.ts'
import { openSnapshot } from '../store/snapshot.ts'
import { summaryOf } from '../store/backup.ts'
import type { Reader } from '../store/tx.ts'
import { wrongCounters, wrongLogs, wrongRaws, wrongReferences, wrongStructure } from '../store/verify.ts'
import { inThread } from './in-thread.ts'
import type { TaskProgress } from './task.ts'
import { unusedFiles } from './unused-files.ts'
import type { Read } from './verify.ts'

inThread<{ folder: string, before: number }>(({ folder, before }, progress): Read => {
  const { tx, close } = openSnapshot(join(folder, 'kinbox.db'))
  try {
    const checks = [wrongStructure, wrongReferences, wrongCounters, wrongLogs, wrongRaws]
    const wrong: Read['wrong'] = []
    for (const [i, check] of checks.entries()) {
      progress({ stage: 'check', done: i, total: checks.length })
      wrong.push(...check(tx))
      // What a damaged file says besides means nothing, and reading on may fail.
      if (wrong.some(({ kind }) => kind === 'database')) return { wrong, messages: 0, files: { count: 0, bytes: 0 }, unused: [] }
    }
    const files = fileReferences(tx)
    wrong.push(...wrongFiles(folder, tx, files, progress))
    return { wrong, messages: summaryOf(tx).messages, files: { count: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) }, unused: unusedFiles(folder, files, before) }
  } finally {
    close()
  }
})

function* wrongFiles(folder: string, tx: Reader, files: FileReference[], progress: (progress: TaskProgress) => void): Generator<Read['wrong'][number]> {
  for (const [i, { digest, size }] of files.entries()) {
    progress({ stage: 'files', done: i, total: files.length })
    const path = blobFile(folder, digest)
    const found = statSync(path, { throwIfNoEntry: false })
    const problem = !found ? 'is missing' : found.size !== size || digestOf(path).digest !== digest ? 'is damaged' : null
    if (problem) yield { kind: 'file', text: `The file ${blobFile('', digest)} ${problem} (${usersOfFile(tx, digest)}). Copy it from a backup, which has it under the same name`, mend: null }
  }
  progress({ stage: 'files', done: files.length, total: files.length })
}
