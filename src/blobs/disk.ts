import { stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'

/** What the data folder takes and what is left for it, in bytes. `log`: the write-ahead log beside the database. */
export async function diskUse(folder: string): Promise<{ database: number, log: number, free: number }> {
  const size = (name: string) => stat(join(folder, name)).then(({ size }) => size, () => 0)
  const [database, log, { bavail, bsize }] = await Promise.all([size('kinbox.db'), size('kinbox.db-wal'), statfs(folder)])
  return { database, log, free: bavail * bsize }
}
