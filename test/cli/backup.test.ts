import t from 'tap'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadConfig } from '../../config/options.ts'
import { startApp, type App } from '../../src/app.ts'
import { connect } from '../fixtures/client.ts'
import { zone } from '../fixtures/house.ts'
import { writeMails } from '../fixtures/mails.ts'
import { deadPager } from '../fixtures/pager.ts'
import { tempFolder, testLog } from '../fixtures/store.ts'
import { kinbox } from '../fixtures/terminal.ts'
import { unpack } from '../fixtures/upgrade/unpack.ts'

/** Every file of a backup but its database and what it says of itself. */
async function blobsIn(folder: string): Promise<string[]> {
  return (await readdir(join(folder, 'blobs'), { recursive: true, withFileTypes: true })).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name)).sort()
}

const manifest = async (folder: string) => JSON.parse(await readFile(join(folder, 'backup.json'), 'utf8')) as { messages: number, logId: string, database: { file: string } }

/** A server on a folder. */
async function start(t: Parameters<typeof tempFolder>[0], folder: string, connectors: string | null = null): Promise<App> {
  const app = await startApp({ ...loadConfig({ env: {} }).config, data: folder, port: 0, connectors }, testLog(), { dns: zone({}) })
  t.teardown(() => app.stop())
  return app
}

t.test('while the server runs: a whole copy, then only what is new', async t => {
  const { folder } = await unpack(t)
  await start(t, folder)
  const files = await tempFolder(t)
  const to = join(files, 'backup')
  t.match(await kinbox(folder, ['backup', to]), { code: 0, err: '', out: /2[0-9] messages of 1 user .*, ([23]) files \(.*, \1 new\)\. Opened and checked\.\nsecret\.key is in it/ })
  t.equal((await stat(join(to, 'secret.key'))).mode & 0o777, 0o600)
  t.same(await readFile(join(to, 'secret.key')), await readFile(join(folder, 'secret.key')))
  t.equal((await stat(to)).mode & 0o777, 0o700)
  t.same((await readdir(to)).filter(name => name.startsWith('partial')), [])

  const times = Object.fromEntries(await Promise.all((await blobsIn(to)).map(async path => [path, (await stat(path)).ctimeMs])))
  const messages = (await manifest(to)).messages
  // As a backup leaves it that was killed.
  await writeFile(join(to, 'partial-kinbox.db'), 'half')
  await writeFile(join(to, 'partial-file'), 'half')
  const [, second] = await Promise.all([kinbox(folder, ['import', '--user', 'ada', '--own', 'ada@example.org', await writeMails(files)]), kinbox(folder, ['backup', to, '--json'])])
  t.match(second, { code: 0 }, 'while mail comes in')
  t.match(await kinbox(folder, ['restore', to, '--check']), { code: 0, out: /holds \d+ messages of 1 users/ })
  const third = JSON.parse((await kinbox(folder, ['backup', to, '--json', '--without-key'])).out)
  // One of the files is a small picture, which is made after its message is there.
  t.match(third, { users: 1, key: 'left out', problems: [] })
  t.equal([4, 5].includes(third.files.count), true)
  t.ok(third.messages >= messages + 3)
  t.ok(third.added <= 3, 'the files that were there are not copied again')
  for (const [path, time] of Object.entries(times)) t.equal((await stat(path)).ctimeMs, time, 'nor touched')
  t.equal(existsSync(join(to, 'secret.key')), false, 'the key is taken out of it')
  t.same((await readdir(to)).filter(name => name.endsWith('.db')), [(await manifest(to)).database.file], 'the former database is gone')
  t.match(await kinbox(folder, ['restore', to]), { code: 1, err: /not empty/ }, 'not over a server that runs')
  t.match(await kinbox(folder, ['restore', to, '--force']), { code: 1, err: /Another Kinbox already runs/ }, 'not even so')
})

t.test('restored elsewhere: tokens hold, clients take a snapshot, nothing is sent twice', async t => {
  const { folder, expected: { token } } = await unpack(t)
  const files = await tempFolder(t)
  const to = join(files, 'backup')
  const connectors = deadPager(files)
  const old = await start(t, folder, connectors)
  const ada = await connect(old.url, { token })
  t.teardown(() => ada.cut())
  const { id: pager } = await ada.call<{ id: string }>('account.put', { kind: 'pager', settings: { login: 'planted-secret' } })
  await ada.until(() => ada.events.some(({ type, id, data }) => type === 'account.changed' && id === pager && data?.status === 'live'), 60_000)
  const sent = await ada.call<{ id: string }>('message.send', { clientId: randomUUID(), to: { kind: 'pager', address: 'bob' }, text: 'It waits.' })
  t.match(await kinbox(folder, ['backup', to]), { code: 0 })
  const everything = await Promise.all((await readdir(to, { recursive: true, withFileTypes: true })).filter(entry => entry.isFile()).map(entry => readFile(join(entry.parentPath, entry.name))))
  t.equal(everything.some(bytes => bytes.includes('planted-secret')), false, 'no password lies in it in the clear')
  const position = { logId: ada.hello.logId, seq: ada.seq() }
  await old.stop()

  const data = join(files, 'data')
  await mkdir(data)
  t.match(await kinbox(data, ['restore', to]), { code: 0, out: /Restored the backup of .*: \d+ messages of 1 user, [23] files\.\n1 message waited/ })
  const app = await start(t, data, connectors)
  const client = await connect(app.url, { token, resume: position })
  t.teardown(() => client.cut())
  t.equal(client.hello.resume, 'snapshot_required')
  t.not(client.hello.logId, position.logId)
  const message = await client.call<{ status: string, attempts: { status: string }[] }>('message.get', { id: sent.id })
  t.match(message, { status: 'uncertain', attempts: [{ status: 'uncertain' }] }, 'what waited may have gone since')
  const { items } = await client.call<{ items: { id: string }[] }>('conversation.list', { folder: 'other' })
  t.ok(items.length > 0)
  t.match(await kinbox(data, ['backup', to]), { code: 1, err: /holds the backup of another Kinbox, or of this one before it was restored/ }, 'its history is another one')
  t.match(await kinbox(data, ['backup', to, '--replace']), { code: 0 })
  await app.stop()
  t.match(await kinbox(data, ['restore', to, '--force']), { code: 0, out: /What was there lies in .*before-restore-/ })
  t.equal((await readdir(data)).filter(name => name.startsWith('before-restore-')).length, 1)
  t.match(await kinbox(data, ['verify']), { code: 0, out: /all whole/ })
})

t.test('one that is stopped leaves what was there, and one at a time', async t => {
  const { folder } = await unpack(t)
  const to = join(await tempFolder(t), 'backup')
  const app = await start(t, folder)
  const at = { progress() {}, signal: new AbortController().signal }
  const args = { to, key: true, replace: false }
  const first = app.admin.backup(args, at)
  await t.rejects(app.admin.backup(args, at), { name: 'AdminError', message: /A backup is running already\. Wait/ })
  await first
  const before = await readFile(join(to, 'backup.json'), 'utf8')
  const stopping = new AbortController()
  const second = app.admin.backup(args, { progress: () => stopping.abort(), signal: stopping.signal })
  await t.rejects(second, { name: 'AdminError', message: /Stopped\. Nothing has changed/ })
  t.equal(await readFile(join(to, 'backup.json'), 'utf8'), before)
})

t.test('what is no place for a backup, and what is no backup', async t => {
  const files = await tempFolder(t)
  t.match(await kinbox(files, ['backup', join(files, 'x')]), { code: 2, err: /There is no Kinbox data in/ })
  t.same(await readdir(files), [], 'and none was made')
  const { folder: data } = await unpack(t)
  await mkdir(join(files, 'full'))
  await writeFile(join(files, 'full', 'letter.txt'), 'mine')
  const cases: [string[], RegExp][] = [
    [['backup', join(files, 'full')], /is not empty and holds no backup\. Name an empty folder/],
    [['backup', join(files, 'full', 'letter.txt')], /is no folder/],
    [['backup', join(data, 'backup')], /in the data folder itself.*Name another folder/],
    [['backup', '/'], /in the data folder itself, or around it/],
    [['restore', join(files, 'nowhere')], /There is no backup in .*Name the folder that kinbox backup wrote to/],
    [['restore', join(files, 'full')], /There is no backup in/]
  ]
  for (const [args, words] of cases) t.match(await kinbox(data, args), { code: 1, out: '', err: words }, args.join(' '))
  t.same(await readdir(join(files, 'full')), ['letter.txt'])
  if (process.getuid?.() !== 0) {
    await mkdir(join(files, 'locked'))
    await chmod(join(files, 'locked'), 0o500)
    t.match(await kinbox(data, ['backup', join(files, 'locked', 'x')]), { code: 1, err: /cannot be written/ })
  }
})

t.test('a backup is told to be damaged, and so is what it is made from', async t => {
  const { folder: data } = await unpack(t)
  const files = await tempFolder(t)
  const to = join(files, 'backup')
  const [lost, torn] = await blobsIn(data)
  const bytes = await readFile(lost!)
  const whole = await readFile(torn!)
  await rm(lost!)
  await writeFile(torn!, Buffer.from(whole).fill(0, 5, 9))
  t.match(await kinbox(data, ['backup', to]), { code: 1, out: /! A file is missing or damaged: blobs\/.*m6.*\n! A file is missing or damaged: blobs\/.*m3/, err: /The backup was made, but 2 things are missing/ })
  await writeFile(lost!, bytes)
  await writeFile(torn!, whole)
  t.match(await kinbox(data, ['backup', to]), { code: 0, out: /2 new/ }, 'the next one adds them')

  const inBackup = torn!.replace(data, to)
  const good = await readFile(inBackup)
  await rm(inBackup)
  await writeFile(inBackup, Buffer.from(good).fill(0, 5, 9))
  t.match(await kinbox(data, ['restore', to, '--check']), { code: 1, out: /! The backup lacks the file blobs\/.*, or has a damaged one/, err: /not whole/ })
  const partly = join(files, 'partly')
  t.match(await kinbox(partly, ['restore', to]), { code: 1, out: /! The backup lacks.*\nRestored/, err: /Not everything/ }, 'what is whole is restored')
  t.match(await kinbox(partly, ['verify']), { code: 1, out: /WRONG {5}The file blobs.* is (missing|damaged)/ })

  const database = join(to, (await manifest(to)).database.file)
  const content = await readFile(database)
  content[4096 + 100]! ^= 255
  await writeFile(database, content)
  t.match(await kinbox(join(files, 'other'), ['restore', to]), { code: 1, err: /The database of the backup in .* is damaged.*Use another backup/ })
  t.equal(existsSync(join(files, 'other', 'kinbox.db')), false)

  // An interrupted restore has no database yet, only its beginning.
  const begun = join(files, 'begun')
  await mkdir(begun)
  await writeFile(join(begun, 'kinbox.db.restoring'), 'half')
  await rm(inBackup)
  await kinbox(data, ['backup', to])
  t.match(await kinbox(begun, ['restore', to]), { code: 0, out: /Restored/ }, 'is done again')
  t.match(await kinbox(begun, ['restore', to]), { code: 1, err: /not empty/ })
})
