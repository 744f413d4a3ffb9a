import t from 'tap'
import { chmod, mkdir, stat, utimes, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Test } from 'tap'
import { loadConfig } from '../../config/options.ts'
import { startApp } from '../../src/app.ts'
import { examine } from '../../src/cli/examine.ts'
import { openStore } from '../../src/store/database.ts'
import { zone } from '../fixtures/house.ts'
import { tempFolder, testLog } from '../fixtures/store.ts'
import { kinbox } from '../fixtures/terminal.ts'
import { unpack } from '../fixtures/upgrade/unpack.ts'

async function listen(t: Test, handler: RequestListener): Promise<string> {
  const server = createServer(handler)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('a folder that is well', async t => {
  const { folder } = await unpack(t)
  const { code, out, err } = await kinbox(folder, ['doctor'])
  t.match({ code, err }, { code: 0, err: '' })
  for (const words of [/^ok {5}data folder: .* belongs to this user$/m, /^ok {5}disk: .* free of/m, /^ok {5}database: can be written$/m, /^ok {5}database settings: .*synchronous=FULL/m, /^ok {5}clock: /m, /^ok {5}public address: none/m, /^ok {5}account a2 \(ada, demo, Demo\): connects and logs in$/m]) t.match(out, words)
  t.equal(/a1/.test(out), false, 'an account of imported files has nothing to connect to')
  t.match(JSON.parse((await kinbox(folder, ['doctor', '--json'])).out)[0], { about: 'data folder', state: 'ok' })
})

t.test('each thing that can be wrong is told with what to do', async t => {
  const { folder } = await unpack(t)
  const elsewhere = await listen(t, (_request, response) => response.end('<h1>It works!</h1>'))
  const { config } = loadConfig({ env: { KINBOX_PUBLIC_URL: elsewhere } })
  const app = await startApp({ ...config, data: folder, port: 0 }, testLog(), { dns: zone({}) })
  t.teardown(() => app.stop())
  const server = { host: '127.0.0.1', port: 9, security: 'none' }
  await app.admin.accountAdd({ user: 'ada', kind: 'email', name: 'Work', settings: { address: 'ada@example.org', password: 'planted-secret', imap: server, smtp: server } })
  await app.admin.accountAdd({ user: 'ada', kind: 'email', name: 'Typo', settings: { address: 'ada2@example.org', password: 'planted-secret', imap: { host: 'mail.invalid', port: 993, security: 'tls' }, smtp: server } })
  await chmod(join(folder, 'kinbox.db'), 0o644)
  const db = new Database(join(folder, 'kinbox.db'))
  db.prepare("UPDATE meta SET value = ? WHERE key = 'opened_at'").run(String(Date.now() + 3_600_000))
  db.close()
  const later = new Date(Date.now() + 3_600_000)
  await utimes(join(folder, 'kinbox.db'), later, later)

  const { code, out, err } = await kinbox(folder, ['doctor'], { env: { KINBOX_FROBNICATE: '1' } })
  t.match({ code, err }, { code: 1, err: /things are wrong; see above/ })
  const cases = [
    /^look {3}configuration: .*KINBOX_FROBNICATE.* changes nothing/m,
    /^WRONG {2}permissions: .*kinbox\.db can be read by others.*\n {7}chmod -R go= /m,
    /^WRONG {2}clock: says .*kinbox\.db was written after that\n {7}Set the clock/m,
    /^WRONG {2}clock: says .*something was stored at .*\n {7}Set the clock/m,
    /^WRONG {2}public address: .*\/livez answers with 200, but not as Kinbox does\n {7}Something else stands at that address/m,
    /^WRONG {2}account a3 \(ada, email, Work\): does not work \(refused\)\n {7}The incoming mail server 127\.0\.0\.1 \(port 9\) refuses connections/m,
    /^WRONG {2}account a4 \(ada, email, Typo\): does not work \((host-not-found|dns)\)\n {7}.*mail\.invalid/m
  ]
  for (const words of cases) t.match(out, words)
  t.equal((out + err).includes('planted-secret'), false)
})

t.test('what keeps the database from being opened is told, too', async t => {
  const folder = await tempFolder(t)
  t.match(await kinbox(join(folder), ['doctor', '--data', join(folder, 'none')]), { code: 0, out: /^look {3}data folder: .*does not exist; the first start makes it/ })
  await mkdir(join(folder, 'bad'), { mode: 0o700 })
  await writeFile(join(folder, 'bad', 'kinbox.db'), 'this is no database, and longer than its header would be: '.repeat(20), { mode: 0o600 })
  t.match(await kinbox(folder, ['doctor', '--data', join(folder, 'bad')]), { code: 1, out: /^WRONG {2}database: cannot be opened\n {7}.*damaged/m })
  t.match(await kinbox(folder, ['doctor', '--data', join(folder, 'bad', 'kinbox.db')]), { code: 1, out: /is no folder/ })
  t.ok((await stat(join(folder, 'bad'))).isDirectory())
})

t.test('the public address', async t => {
  const folder = await tempFolder(t)
  const clock = { now: () => Date.now() }
  const store = await openStore({ folder, clock, log: testLog() })
  t.teardown(() => store.close())
  const address = async (publicUrl: string | null, { serves = true, now = clock }: { serves?: boolean, now?: typeof clock } = {}) =>
    (await examine({ store, clock: now, accounts: { test: async () => ({ ok: true }) }, publicUrl, serves, fetch })).filter(({ about }) => about === 'public address' || about === 'clock').slice(1)
  const well = await listen(t, (_request, response) => response.setHeader('content-type', 'application/json').end('{"status":"alive"}'))
  t.match(await address(well), [{ state: 'ok', text: `${well} is reached` }])
  t.match(await address(well + '/'), [{ state: 'ok' }])
  t.match(await address(well, { now: { now: () => Date.now() + 600_000 } }), [{ state: 'ok' }, { about: 'clock', state: 'wrong', text: /differs from the one at .* by (599|60\d) s/ }])
  t.match(await address(well, { serves: false }), [{ state: 'look', text: /was not tried/, todo: /Start the server/ }])
  t.match(await address(null), [{ state: 'ok', text: /none/ }])
  t.match(await address('http://127.0.0.1:9'), [{ state: 'wrong', text: /cannot be reached from here/, todo: /proxy and its certificate/ }])
  const moved = await listen(t, (_request, response) => response.writeHead(301, { location: well }).end())
  t.match(await address(moved), [{ state: 'wrong' }], 'a redirect is no Kinbox: networks do not follow it')
})
