import { fileURLToPath } from 'node:url'
import { Migrator } from '@mikro-orm/migrations'
import type { Options } from '@mikro-orm/sqlite'
import { entities } from './entities.ts'
import { pragmas } from './sqlite.ts'

type Query = { sql: string }
type Connection = { executeQuery(query: object): Promise<unknown> }

const migrations = fileURLToPath(new URL('../../migrations/sqlite', import.meta.url))

/** Whether the next transaction of the ORM has been begun already, by who waits for the lock. */
export type Lock = { held: boolean }

/** What the ORM is told, by the server and by its command line alike. `file` is the database file. */
export function ormOptions(file: string, lock: Lock = { held: false }): Options {
  return {
    dbName: file,
    entities,
    extensions: [Migrator],
    metadataCache: { enabled: false },
    preferTs: true,
    onCreateConnection: (connection) => prepareConnection(connection, lock),
    migrations: { path: migrations, pathTs: migrations, glob: '*.ts', snapshot: false, snapshotOnMigrate: false, disableForeignKeys: false, silent: true },
    schemaGenerator: { skipTables: [/_fts(_\w+)?$/] }
  }
}

/**
 * Runs for each connection that the ORM opens. Its transactions begin immediate: a deferred one fails at its first write when somebody else wrote in between.
 * Where a BEGIN or ROLLBACK fails, the ORM never gives its only connection back, and the next transaction would wait for ever: so neither may.
 */
async function prepareConnection(given: unknown, lock: Lock): Promise<void> {
  const connection = given as Connection
  const execute = connection.executeQuery.bind(connection)
  for (const pragma of ['journal_mode = WAL', ...pragmas, 'wal_autocheckpoint = 0', 'journal_size_limit = 67108864']) await execute({ sql: `pragma ${pragma}`, parameters: [] })
  connection.executeQuery = query => {
    const { sql } = query as Query
    if (sql === 'begin') return execute({ ...query, sql: lock.held ? 'select 1' : 'begin immediate' })
    // A full disk has rolled back by itself; who began looks whether anything is left.
    if (sql === 'rollback') return execute(query).catch(() => ({ rows: [] }))
    return execute(query)
  }
}
