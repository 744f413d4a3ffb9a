import { join } from 'node:path'
import { fileReferences } from '../store/files.ts'
import { openSnapshot } from '../store/snapshot.ts'
import { inThread } from './in-thread.ts'
import { unusedFiles, type UnusedFile } from './unused-files.ts'

inThread<{ folder: string, before: number }>(({ folder, before }): UnusedFile[] => {
  const { tx, close } = openSnapshot(join(folder, 'kinbox.db'))
  try {
    return unusedFiles(folder, fileReferences(tx), before)
  } finally {
    close()
  }
})
