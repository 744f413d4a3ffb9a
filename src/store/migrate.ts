import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { MikroORM } from '@mikro-orm/sqlite'
import type { Clock } from './given.ts'
import type { SqliteDatabase } from './sqlite.ts'
import { StartError } from './start-error.ts'

/**
 * Brings the schema up to date. An existing database is copied beside itself first; a new one needs no copy.
 * Throws StartError when the database was written by a newer version, or when the copy cannot be made; then nothing has changed.
 */
export async function migrate(orm: MikroORM, db: SqliteDatabase, file: string, clock: Clock): Promise<void> {
  const folder = orm.config.get('migrations').path!
  const known = readdirSync(folder).filter(name => name.endsWith('.ts')).map(name => name.slice(0, -3)).sort()
  const done = executed(db)
  const foreign = done.filter(name => !known.includes(name))
  if (foreign.length > 0) {
    throw new StartError(`The database ${file} was written by a newer version of Kinbox (it knows ${foreign.join(', ')}). Start that version again, or restore the copy it made before it changed the file (kinbox-before-….db in the same folder).`)
  }
  const pending = known.filter(name => !done.includes(name))
  if (pending.length === 0) return
  if (done.length > 0) copyAside(db, file, pending[0]!, clock.now())
  // Only off before the transaction begins: inside it the pragma does nothing, and rebuilding a parent table would empty its children.
  db.pragma('foreign_keys = OFF')
  try {
    // Makes the table of migrations, which would wait for the transaction below for ever.
    await orm.migrator.getPending()
    await orm.em.fork().transactional(async em => {
      await orm.migrator.up({ transaction: em.getTransactionContext()! })
      const broken = db.pragma('foreign_key_check') as { table: string, parent: string }[]
      if (broken.length > 0) throw new StartError(`The database ${file} was left as it was, because after the migration ${broken.length} rows would point to nothing (${broken[0]!.table} to ${broken[0]!.parent}). Start the former version again, and report this.`)
    })
  } finally {
    db.pragma('foreign_keys = ON')
  }
}

function executed(db: SqliteDatabase): string[] {
  if (!db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'mikro_orm_migrations'").get()) return []
  return (db.prepare('SELECT name FROM mikro_orm_migrations ORDER BY id').all() as { name: string }[]).map(row => row.name)
}

/** A whole and consistent copy, with what is still in the write-ahead log. It has its name only when it is on disk. */
function copyAside(db: SqliteDatabase, file: string, before: string, now: number): void {
  const name = `${dirname(file)}/kinbox-before-${before}-${new Date(now).toISOString().replace(/[:.]/g, '-')}.db`
  const partial = `${name}.partial`
  try {
    closeSync(openSync(partial, 'w', 0o600))
    db.prepare('VACUUM INTO ?').run(partial)
    for (const path of process.platform === 'win32' ? [] : [partial, dirname(file)]) {
      const fd = openSync(path, 'r')
      fsyncSync(fd)
      closeSync(fd)
    }
    renameSync(partial, name)
  } catch (error) {
    rmSync(partial, { force: true })
    throw new StartError(`The database could not be copied to ${name} before changing it (${(error as Error).message}). Free some disk space, or make the folder writable.`, error)
  }
}
