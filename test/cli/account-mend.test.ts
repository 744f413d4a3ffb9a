import t from 'tap'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { loadConfig } from '../../config/options.ts'
import { startApp } from '../../src/app.ts'
import { connect } from '../../src/cli/client.ts'
import type { AppFace } from '../../src/cli/io.ts'
import { dovecotMissing, startDovecot } from '../servers/dovecot.ts'
import { kinbox, temporary } from './terminal.ts'

t.test('a mailbox is added with a wrong password, mended, and taken away', { skip: dovecotMissing }, async t => {
  const folder = await temporary(t)
  const dovecot = await startDovecot()
  t.teardown(() => dovecot.close())
  const app = await import('../../src/app.ts') as AppFace
  const run = (args: string[], input?: string) => kinbox(folder, args, { app, env: { KINBOX_LOG_LEVEL: 'silent' }, ...(input === undefined ? {} : { input }) })
  const settings = (over: object) => JSON.stringify({
    address: 'ada@example.org', password: dovecot.password, ca: dovecot.certificate,
    imap: { host: '127.0.0.1', port: dovecot.ports.imaps, security: 'tls' }, smtp: { host: '127.0.0.1', port: dovecot.ports.submission, security: 'starttls' }, ...over
  })
  const add = ['account', 'add', '--user', 'ada', '--kind', 'email', '--settings', '-']
  await run(['user', 'add', 'ada'])

  const wrong = await run(add, settings({ password: 'sesame-shut' }))
  t.match(wrong, { code: 0, out: 'a1\n', err: /does not work yet: .*refuses the login[\s\S]*kinbox account set a1 --settings FILE[\s\S]*kinbox account remove a1/ }, 'who connects it hears at once that it does not work, and what to do')
  t.equal(wrong.err.includes('sesame-shut'), false)
  t.match(await run([...add, '--no-try'], settings({})), { code: 1, out: '', err: /ada@example\.org is connected already\..*kinbox account set a1/ }, 'the same mailbox twice would show every mail twice')

  await writeFile(join(folder, 'new.json'), settings({}))
  t.match(await run(['account', 'set', 'a1', '--settings', 'new.json']), { code: 0, out: 'Changed a1.\n', err: '' })
  t.match(await run(['doctor']), { out: /account a1 \(ada, email, ada@example\.org\): connects and logs in/ })
  t.match(await run(['account', 'set', 'a1', '--settings', '-'], settings({ password: undefined })), { code: 0, err: '' }, 'a secret that is left out stays')
  t.match(await run(['account', 'set', 'a1', '--name', 'Home']), { code: 0 })
  t.match(await run(['account', 'list']), { out: /^a1\tada\temail\tHome\t/ })
  t.match(await run(['account', 'set', 'a1']), { code: 2, err: /--settings or --name/ })
  t.match(await run(['account', 'set', 'a9', '--name', 'x']), { code: 1, err: /There is no account a9.*kinbox account list/ })
  t.match(await run(['account', 'set', 'a1', '--settings', '-'], settings({ port: 1 })), { code: 1, err: /settings\.port is not known here/ })

  t.match(await run(['account', 'remove', 'a1']), { code: 0, out: /Removed a1 .*messages stay/ })
  t.match(await run(['account', 'remove', 'a1']), { code: 1, err: /There is no account a1/ })
  t.match(await run(['account', 'list']), { code: 0, out: '' })
  t.match(await run(add, settings({})), { code: 0, out: 'a2\n', err: '' }, 'and may be added again')
})

t.test('a backup restored without its key: the passwords are entered again, in the same accounts', async t => {
  const folder = await temporary(t)
  const [copy, again] = [join(folder, 'copy'), join(folder, 'again')]
  const app = await import('../../src/app.ts') as AppFace
  const run = (args: string[], input?: string) => kinbox(folder, args, { app, env: { KINBOX_LOG_LEVEL: 'silent', KINBOX_DATA: join(folder, 'data') }, ...(input === undefined ? {} : { input }) })
  const settings = JSON.stringify({ address: 'ada@example.org', password: 'open-sesame', imap: { host: '127.0.0.1', port: 1, security: 'none' }, smtp: { host: '127.0.0.1', port: 1, security: 'none' } })
  t.match(await run(['user', 'add', 'ada']), { code: 0 })
  t.match(await run(['account', 'add', '--user', 'ada', '--kind', 'email', '--settings', '-', '--no-try'], settings), { code: 0 })
  t.match(await run(['backup', copy, '--without-key']), { code: 0 })
  t.match(await run(['restore', copy, '--data', again]), { code: 0, out: /enter the passwords of the accounts again: kinbox account set/ })

  t.match(await run(['doctor', '--data', again]), { code: 1, out: /This secret cannot be read/ })
  t.match(await run(['account', 'set', 'a1', '--name', 'Home', '--data', again]), { code: 1, err: /This secret cannot be read.*enter the settings again.$/m }, 'a name alone does not do')
  const server = await startApp(loadConfig({ env: { KINBOX_DATA: again, KINBOX_PORT: '0' } }).config, pino({ level: 'silent' }))
  const { token } = await server.admin.tokenCreate({ user: 'ada', name: 'test' })
  const client = await connect({ url: server.url, token })
  t.same(await client.call('account.settings', { id: 'a1' }), { kind: 'email', settings: {}, secrets: [] }, 'the page has an empty form for it')
  client.close()
  await server.stop()
  t.match(await run(['account', 'list', '--data', again]), { out: /^a1\tada\temail\t.*\tlogin-needed: .*enter the settings again/ })
  t.match(await run(['account', 'set', 'a1', '--settings', '-', '--no-try', '--data', again], settings), { code: 0, out: 'Changed a1.\n', err: '' })
  const { out } = await run(['doctor', '--data', again])
  t.match(out, /account a1 .*does not work \(refused\)/, 'they are read and tried')
  t.notMatch(out, /cannot be read/)
})
