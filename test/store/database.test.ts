import t from 'tap'
import { execFile } from 'node:child_process'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openStore } from '../../src/store/database.ts'
import { ownFolder } from '../../src/store/folder-lock.ts'
import { checkSqliteVersion } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { addTestUser, tempFolder, tempStore, testClock, testLog } from '../fixtures/store.ts'

const open = (folder: string): Promise<Store> => openStore({ folder, clock: testClock(), log: testLog() })

/** FULL is 2. */
async function synchronous(store: Store): Promise<unknown[]> {
  const pragma = 'PRAGMA synchronous'
  const [orm] = await store.cold(async em => em.execute<{ synchronous: number }[]>(pragma))
  return [await store.hot(tx => tx.get<{ synchronous: number }>(pragma)?.synchronous), await store.read(tx => tx.get<{ synchronous: number }>(pragma)?.synchronous), orm?.synchronous]
}

t.test('every connection to the main file syncs each commit: after opening, after a write, after a restart', async t => {
  const { store, folder } = await tempStore(t)
  t.same(await synchronous(store), [2, 2, 2])
  await addTestUser(store, 'ada')
  t.same(await synchronous(store), [2, 2, 2])
  await store.close()
  const again = await open(folder)
  t.teardown(() => again.close())
  t.same(await synchronous(again), [2, 2, 2])
  await addTestUser(again, 'bob')
  t.same(await synchronous(again), [2, 2, 2])
})

t.test('the log keeps its id over a restart, and another database has another', async t => {
  const { store, folder } = await tempStore(t)
  const other = await tempStore(t)
  t.equal(store.logId === other.store.logId, false)
  await store.close()
  const again = await open(folder)
  t.teardown(() => again.close())
  t.equal(again.logId, store.logId)
})

t.test('the files are for nobody else', async t => {
  const { store, folder } = await tempStore(t)
  await addTestUser(store, 'ada')
  for (const name of ['kinbox.db', 'kinbox.db-wal', 'secret.key']) t.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name)
})

t.test('ORM transactions begin immediate', async t => {
  const { store, folder } = await tempStore(t)
  const other = new Database(join(folder, 'kinbox.db'), { timeout: 0 })
  t.teardown(() => other.close())
  await store.cold(async () => {
    t.throws(() => other.exec('BEGIN IMMEDIATE'), /locked/)
  })
  other.exec('BEGIN IMMEDIATE; ROLLBACK')
})

t.test('the write-ahead log is copied into the main file by and by', async t => {
  const { store, folder } = await tempStore(t)
  for (let i = 0; i < 48; i++) await store.hot(tx => tx.run('INSERT INTO meta (key, value) VALUES (?, ?)', `big${i}`, 'x'.repeat(200_000)))
  // The checkpoint waits as a bulk job: one after it means that it is done.
  await store.hot(() => 1, 'bulk')
  t.equal((await stat(join(folder, 'kinbox.db'))).size > 4_000_000, true)
})

t.test('a full disk is told in words, nothing half is stored, and it is over when a write succeeds', async t => {
  const { store } = await tempStore(t)
  const limit = (pages: number): Promise<unknown> => store.hot(tx => tx.get(`PRAGMA max_page_count = ${pages}`))
  const big = (): Promise<number> => store.hot(tx => {
    tx.run('INSERT INTO meta (key, value) VALUES (?, ?)', 'small', 'x')
    return tx.run('INSERT INTO meta (key, value) VALUES (?, ?)', 'big', 'x'.repeat(1_000_000))
  })
  await limit(1)
  t.equal(store.trouble, null)
  await t.rejects(big(), { code: 'SQLITE_FULL' })
  t.match(store.trouble, /disk is full: free some space/)
  await t.rejects(store.hot(() => { throw new Error('something else') }), /something else/)
  t.match(store.trouble, /disk is full/, 'a failure of another kind does not end it')
  t.equal(await store.read(tx => tx.get('SELECT 1 FROM meta WHERE key = ?', 'small')), undefined)
  await limit(1_000_000)
  await big()
  t.equal(store.trouble, null)
})

t.test('somebody else writes: reads go on, the write waits; a unit of work that began in vain leaves nothing that the next one would wait for', async t => {
  const { store, folder } = await tempStore(t)
  const other = new Database(join(folder, 'kinbox.db'), { timeout: 0 })
  t.teardown(() => other.close())
  const hot = (key: string) => store.hot(tx => tx.run('INSERT INTO meta (key, value) VALUES (?, 1)', key))
  const cold = (key: string) => store.cold(async em => em.execute('INSERT INTO meta (key, value) VALUES (?, 1)', [key]))
  other.exec('BEGIN IMMEDIATE')
  let written = false
  const waits = hot('waits').then(() => { written = true })
  for (let i = 0; i < 10; i++) await store.read(tx => tx.get('SELECT 1'))
  t.equal(written, false)
  other.exec('COMMIT')
  await waits

  other.exec('BEGIN IMMEDIATE')
  await t.rejects(cold('in vain'), { code: 'SQLITE_BUSY' })
  t.match(store.trouble, /Another program holds/)
  await t.rejects(hot('in vain'), { code: 'SQLITE_BUSY' })
  other.exec('COMMIT')
  await cold('cold')
  t.equal(store.trouble, null)
  await hot('hot')
  t.same(await store.read(tx => tx.all("SELECT key FROM meta WHERE value = 1 ORDER BY key").length), 3)
})

t.test('a unit of work on a full disk: rolled back, told in words; a write that changes nothing does not end that, and the next one does', async t => {
  const { store } = await tempStore(t)
  const limit = (pages: number): Promise<unknown> => store.hot(tx => tx.get(`PRAGMA max_page_count = ${pages}`))
  const big = () => store.cold(async em => em.execute("INSERT INTO meta (key, value) VALUES ('big', hex(zeroblob(500000)))"))
  await limit(1)
  for (let i = 0; i < 2; i++) await t.rejects(big(), { code: 'SQLITE_FULL' })
  await limit(1_000_000)
  t.match(store.trouble, /disk is full/)
  await big()
  t.equal(store.trouble, null)
})

t.test('start refusals say what is wrong and what to do', async t => {
  const folder = await tempFolder(t)
  await writeFile(join(folder, 'file'), 'x')
  await mkdir(join(folder, 'garbage'))
  await writeFile(join(folder, 'garbage', 'kinbox.db'), 'this is no database, but long enough to be looked at. '.repeat(40))
  await mkdir(join(folder, 'newer'))
  const newer = await open(join(folder, 'newer'))
  await newer.hot(tx => tx.run("INSERT INTO mikro_orm_migrations (name) VALUES ('9999-from-the-future')"))
  await newer.close()
  const held = ownFolder(join(folder, 'held'))
  t.teardown(() => held.release())
  const cases: [string, () => unknown, RegExp][] = [
    ['a newer schema', () => open(join(folder, 'newer')), /newer version of Kinbox.*9999-from-the-future.*Start that version again/],
    ['no database', () => open(join(folder, 'garbage')), /kinbox\.db cannot be opened: .*restore a backup/],
    ['a folder that cannot be', () => open(join(folder, 'file', 'data')), /cannot be written .*KINBOX_DATA/],
    ['a folder that cannot be owned', () => ownFolder(join(folder, 'file', 'data')), /cannot be written .*KINBOX_DATA/],
    ['an unsafe SQLite', () => checkSqliteVersion('3.51.2'), /3\.51\.2.*before 3\.51\.3.*npm ci/],
    ['an old SQLite', () => checkSqliteVersion('3.9.9'), /npm ci/],
    ['a folder in use', () => ownFolder(join(folder, 'held')), /Another Kinbox already runs on .*Stop it first/]
  ]
  for (const [name, attempt, message] of cases) await t.rejects(async () => { await attempt() }, { name: 'StartError', message }, name)
  for (const version of ['3.51.3', '3.51.10', '3.52.0', '4.0.0']) checkSqliteVersion(version)
  t.equal((await stat(join(folder, 'garbage', 'kinbox.db'))).size, 54 * 40, 'what could not be opened was not touched')
})

t.test('a killed process leaves the folder free', async t => {
  const folder = await tempFolder(t)
  const lock = new URL('../../src/store/folder-lock.ts', import.meta.url)
  const child = execFile(process.execPath, ['--input-type=module', '-e', `import { ownFolder } from '${lock}'; ownFolder(process.argv[1]); console.log('owned'); setInterval(() => {}, 1000)`, folder])
  t.teardown(() => child.kill('SIGKILL'))
  await new Promise(resolve => child.stdout!.once('data', resolve))
  t.throws(() => ownFolder(folder), /Another Kinbox already runs/)
  child.kill('SIGKILL')
  await new Promise(resolve => child.once('exit', resolve))
  ownFolder(folder).release()
  ownFolder(folder).release()
})
