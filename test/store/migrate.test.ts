import t from 'tap'
import type { Test } from 'tap'
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MikroORM } from '@mikro-orm/sqlite'
import type { SqliteConnection } from '@mikro-orm/sqlite'
import Database from 'better-sqlite3'
import { migrate } from '../../src/store/migrate.ts'
import { ormOptions } from '../../src/store/orm.ts'
import { tempFolder, tempStore, testClock } from '../fixtures/store.ts'

const root = new URL('../../', import.meta.url).pathname

/** Every object of a database by name, its SQL without comments and spacing. */
function schemaOf(db: Database.Database): Record<string, string> {
  const rows = db.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name <> 'mikro_orm_migrations' ORDER BY name").all() as { name: string, sql: string }[]
  return Object.fromEntries(rows.map(({ name, sql }) => [name, sql.replace(/--.*$/gm, '').replace(/\s+/g, ' ').replace(/\s*([(),])\s*/g, '$1').trim()]))
}

t.test('the migrations make exactly what schema.sql says', async t => {
  const { folder } = await tempStore(t)
  const migrated = new Database(join(folder, 'kinbox.db'), { readonly: true })
  const said = new Database(':memory:')
  t.teardown(() => { migrated.close(); said.close() })
  said.exec(await readFile(join(root, 'migrations/schema.sql'), 'utf8'))
  t.same(schemaOf(migrated), schemaOf(said))
  t.equal(Object.keys(schemaOf(said)).length > 40, true)
})

t.test('a new database needs no copy', async t => {
  const { folder } = await tempStore(t)
  t.same((await readdir(folder)).filter(name => name.includes('before')), [])
})

/** A database of the first schema with rows in it, and an ORM that knows one migration more. */
async function nextVersion(t: Test, up: string): Promise<{ file: string, folder: string, run(): Promise<void>, count(table: string): number }> {
  const { store, folder } = await tempStore(t)
  const migrations = await tempFolder(t)
  await cp(join(root, 'migrations/sqlite'), migrations, { recursive: true })
  const base = JSON.stringify(import.meta.resolve('@mikro-orm/migrations'))
  await writeFile(join(migrations, '0099-next.ts'), `import { Migration } from ${base}\nexport class Next extends Migration {\n  override up(): void {\n${up}\n  }\n}\n`)
  for (const name of await readdir(migrations)) {
    const code = await readFile(join(migrations, name), 'utf8')
    await writeFile(join(migrations, name), code.replace("'@mikro-orm/migrations'", base))
  }
  await store.hot(tx => {
    for (let i = 1; i <= 3; i++) {
      tx.run('INSERT INTO user (id, name, created_at) VALUES (?, ?, 0)', i, `user${i}`)
      tx.run("INSERT INTO login (id, user_id, kind, name, hash, created_at) VALUES (?, ?, 'token', '', ?, 0)", i, i, Buffer.from([i]))
    }
  })
  await store.close()
  const file = join(folder, 'kinbox.db')
  const options = ormOptions(file)
  const orm = await MikroORM.init({ ...options, migrations: { ...options.migrations, path: migrations, pathTs: migrations } })
  t.teardown(() => orm.close(true))
  const db = await (orm.em.getConnection() as SqliteConnection).getNativeClient()
  return {
    file, folder,
    run: () => migrate(orm as never, db, file, testClock(Date.UTC(2030, 0, 2))),
    count: table => (db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n
  }
}

const rebuild = `
    this.addSql('CREATE TABLE user_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT')
    this.addSql('INSERT INTO user_new (id, name, created_at) SELECT id, name, created_at FROM user')
    this.addSql('DROP TABLE user')
    this.addSql('ALTER TABLE user_new RENAME TO user')`

t.test('an existing database is copied first, and rebuilding a parent table keeps its children', async t => {
  const { folder, run, count } = await nextVersion(t, rebuild)
  await run()
  t.same([count('user'), count('login')], [3, 3])
  const copies = (await readdir(folder)).filter(name => name.startsWith('kinbox-before-'))
  t.same(copies, ['kinbox-before-0099-next-2030-01-02T00-00-00-000Z.db'])
  const copy = new Database(join(folder, copies[0]!), { readonly: true })
  t.teardown(() => copy.close())
  t.same(copy.prepare('SELECT count(*) AS n FROM login').get(), { n: 3 })
  t.same(copy.pragma('integrity_check'), [{ integrity_check: 'ok' }])
  await run()
  t.equal((await readdir(folder)).filter(name => name.startsWith('kinbox-before-')).length, 1, 'a second start has nothing to do')
})

t.test('a migration that leaves rows pointing to nothing is undone', async t => {
  const { run, count } = await nextVersion(t, "    this.addSql('DELETE FROM user WHERE id = 2')")
  for (let start = 1; start <= 2; start++) await t.rejects(run(), { name: 'StartError', message: /left as it was.* 1 rows would point to nothing \(login to user\)/ }, `start ${start}`)
  t.same([count('user'), count('login')], [3, 3])
})

t.test('a migration that fails changes nothing', async t => {
  const { run, count, file } = await nextVersion(t, "    this.addSql('DELETE FROM login')\n    this.addSql('INSERT INTO no_such_table VALUES (1)')")
  await t.rejects(run(), /no_such_table/)
  t.same([count('user'), count('login')], [3, 3])
  const db = new Database(file, { readonly: true })
  t.teardown(() => db.close())
  t.equal((db.prepare('SELECT count(*) AS n FROM mikro_orm_migrations').get() as { n: number }).n, (await readdir(join(root, 'migrations/sqlite'))).length)
})
