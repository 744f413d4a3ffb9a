import t from 'tap'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { AppFace } from '../../src/cli/io.ts'
import { fakeActions, kinbox, temporary } from './terminal.ts'

// What somebody does wrong at a terminal, and what they are told: what happened, what to do next, and an exit code that a script can believe.

const real = async () => await import('../../src/app.ts') as AppFace

t.test('a command that is written wrongly points to the help of that very verb', async t => {
  const folder = await temporary(t)
  t.match(await kinbox(folder, ['user', 'add']), { code: 2, err: /\(kinbox user add --help shows/ })
  t.match(await kinbox(folder, ['import', '--user', 'ada']), { code: 2, err: /\(kinbox import --help shows/ })
  t.match(await kinbox(folder, ['frob']), { code: 2, err: /\(kinbox --help shows/ })
  t.match(await kinbox(folder, ['inbox', '--help']), { code: 0, out: /--other[\s\S]*--data <folder>[\s\S]*--demo/ }, 'the options that every verb has are in the help of each')
  t.match(await kinbox(folder, ['--version']), { code: 0, out: /^\d+\.\d+\.\d+\n$/ })
  for (const verb of ['inbox', 'read']) {
    for (const limit of ['abc', '0', '-3', '1.5', '']) t.match(await kinbox(folder, [verb, ...verb === 'read' ? ['c1'] : [], `--limit=${limit}`]), { code: 2, err: /whole number from 1 to 200/ }, `${verb} ${limit}`)
  }
  t.match(await kinbox(folder, ['inbox'], { env: { KINBOX_URL: 'ftp://kinbox.example.org', KINBOX_TOKEN: 'x' } }), { code: 2, err: /KINBOX_URL/ })
})

t.test('a folder without data is not made by looking into it', async t => {
  const folder = await temporary(t)
  for (const args of [['user', 'list'], ['account', 'list'], ['token', 'create', '--user', 'ada'], ['import', '--user', 'ada', '.'], ['contacts', 'import', '--user', 'ada', 'x.vcf']]) {
    t.match(await kinbox(folder, [...args, '--data', join(folder, 'typo')]), { code: 2, err: /There is no Kinbox data in .*typo/ }, args.join(' '))
  }
  t.same(await readdir(folder), [])
})

t.test('no server on the folder', async t => {
  const folder = await temporary(t)
  t.match(await kinbox(folder, ['stop']), { code: 1, err: /No Kinbox runs on .*nothing to stop/ })
  t.match(await kinbox(folder, ['inbox', '--user', 'ada']), { code: 1, err: /Start it: kinbox serve --data / }, 'on the folder that was named')
})

t.test('an address that cannot be listened on', async t => {
  const folder = await temporary(t)
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => taken.once('listening', resolve))
  t.teardown(() => taken.close())
  const { port } = taken.address() as AddressInfo
  const serve = async (env: Record<string, string>) => kinbox(folder, ['serve'], { app: await real(), stopping: AbortSignal.abort(), env: { KINBOX_LOG_LEVEL: 'silent', ...env } })
  t.match(await serve({ KINBOX_PORT: String(port) }), { code: 1, err: new RegExp(`Port ${port} .*taken.*KINBOX_PORT`) })
  t.match(await serve({ KINBOX_PORT: '0', KINBOX_HOST: '192.0.2.1' }), { code: 1, err: /192\.0\.2\.1 is no address of this machine.*KINBOX_HOST/ })
  t.match(await serve({ KINBOX_PORT: '0', KINBOX_HOST: 'nowhere.invalid' }), { code: 1, err: /nowhere\.invalid .*KINBOX_HOST/ })
  t.match(await serve({ KINBOX_PORT: '0', KINBOX_CONNECTORS: join(folder, 'nowhere') }), { code: 1, err: /KINBOX_CONNECTORS/ }, 'a folder of connectors that is not there')
})

t.test('an import that is stopped does not look like one that is done', async t => {
  const folder = await temporary(t)
  const { actions } = fakeActions()
  const stopping = new AbortController()
  const app: AppFace = {
    async startApp() { throw new Error('not here') },
    async openAdmin() {
      return { actions: { ...actions, async importFiles() {
        stopping.abort()
        return { account: 'a2', messages: 3, stored: 1, known: 2, unreadable: 0, problems: [] }
      } }, close: async () => {} }
    }
  }
  await writeFile(join(folder, 'kinbox.db'), '')
  t.match(await kinbox(folder, ['import', '--user', 'ada', '.'], { app, stopping: stopping.signal }), { code: 1, out: /3 mails read/, err: /Stopped before the end/ })
})

t.test('files that are not what somebody thought', async t => {
  const folder = await temporary(t)
  const app = await real()
  const run = (...args: string[]) => kinbox(folder, args, { app, env: { KINBOX_LOG_LEVEL: 'silent' } })
  t.match(await run('user', 'add', 'ada'), { code: 0 })
  await mkdir(join(folder, 'empty'))
  t.match(await run('import', '--user', 'ada', 'empty'), { code: 0, out: /0 mails read[\s\S]*nothing to read in .*empty/i })
  await writeFile(join(folder, 'takeout.zip'), Buffer.from('PK\u0003\u0004 and so on'))
  await writeFile(join(folder, 'takeout.tgz'), Buffer.from([0x1f, 0x8b, 8, 0, 0]))
  t.match(await run('import', '--user', 'ada', 'takeout.zip', 'takeout.tgz'), { out: /takeout\.zip: is packed: unpack it first[\s\S]*takeout\.tgz: is packed: unpack it first/ })
  t.match(await run('contacts', 'import', '--user', 'ada', 'nowhere.vcf'), { code: 1, err: /There is no file .*nowhere\.vcf/ })
  t.match(await run('contacts', 'import', '--user', 'ada', 'empty'), { code: 1, err: /is a folder.*vCard/ })
  await writeFile(join(folder, 's.json'), '\ufeff{"address": 1}')
  t.match(await run('account', 'add', '--user', 'ada', '--kind', 'email', '--settings', 's.json'), { code: 1, err: /kinbox account kinds shows/ }, 'with the mark that some editors put before a text, and with the name of the verb')
})

t.test('an export that fails leaves nothing behind that stands in the way of the next', async t => {
  const folder = await temporary(t)
  const at = join(folder, 'out')
  t.match(await kinbox(folder, ['export', '--user', 'ada', at]), { code: 1, err: /No Kinbox runs/ })
  t.same(await readdir(folder), [])
})

t.test('folders where nothing can be made', async t => {
  const folder = await temporary(t)
  const app = await real()
  const run = (args: string[], env: Record<string, string> = {}) => kinbox(folder, args, { app, ...args[0] === 'serve' ? { stopping: AbortSignal.abort() } : {}, env: { KINBOX_LOG_LEVEL: 'silent', KINBOX_PORT: '0', ...env } })
  t.match(await run(['user', 'add', 'ada']), { code: 0 })
  const before = await readdir(folder)
  t.match(await run(['backup', join(folder, 'deep/er')]), { code: 1, err: /in the data folder itself/ })
  t.same(await readdir(folder), before, 'what is refused leaves nothing behind')
  if (process.platform === 'linux') {
    // There mkdir says that the parent is not there, although it is, as below some automounts: nobody may wait for that for ever.
    t.match(await run(['backup', '/proc/nowhere/deep']), { code: 1, err: /\/proc\/nowhere/ })
    t.match(await run(['serve', '--data', '/proc/nowhere/deep']), { code: 1, err: /\/proc\/nowhere\/deep cannot be written.*KINBOX_DATA/ })
  }
  t.equal((await stat(join(folder, 'kinbox.db'))).mode & 0o077, 0)
  await writeFile(join(folder, '1.eml'), 'From: alice@friend.example\nSubject: old\n\nold\n')
  t.match(await run(['import', '--user', 'ada', '1.eml']), { code: 0 })
  for (const name of ['search.db', 'secret.key', 'owner.lock']) t.equal((await stat(join(folder, name))).mode & 0o077, 0, `${name} is nobody else's to read`)
  const copy = await temporary(t)
  t.match(await run(['backup', copy]), { code: 0 })
  t.match(await run(['restore', copy, '--data', join(copy, 'inside')]), { code: 1, err: /in the backup itself/ })
  t.match(await run(['restore', copy, '--data', join(folder, 'beside')]), { code: 0, out: /Start: kinbox serve --data .*beside\n$/ })
})
