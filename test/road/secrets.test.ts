import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { connectAdmin } from '../../src/cli/admin-client.ts'
import { settingsFor } from '../connectors/email/recording-account.ts'
import { connect, failureOf } from '../fixtures/client.ts'
import type { Client } from '../fixtures/client.ts'
import { tempFolder } from '../fixtures/store.ts'
import { startServer } from '../rigs/server.ts'
import { mail } from '../rigs/traffic.ts'
import { ownTree } from '../rigs/tree.ts'
import { dovecotMissing, freePorts, startDovecot } from '../servers/dovecot.ts'

t.setTimeout(600_000)

/** How a secret may show itself: as it is, and in the forms in which programs write bytes. */
function formsOf(secret: string | Buffer): Buffer[] {
  const bytes = Buffer.from(secret)
  // In base64 three letters at each end may belong to the neighbours: `\0ada\0password`.
  const shifted = [0, 1, 2].map((by) => Buffer.concat([Buffer.alloc(by), bytes]).toString('base64').replace(/=+$/, '').slice(by === 0 ? 0 : 4, -4))
  const texts = [...shifted, ...shifted.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')), bytes.toString('hex'), ...typeof secret === 'string' ? [encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)] : []]
  return [bytes, ...texts.filter((text) => text.length >= 8).map((text) => Buffer.from(text))]
}

const holds = (haystack: Buffer, secret: string | Buffer) => formsOf(secret).some((form) => haystack.includes(form))

/** Every file below a folder, by its path in it. */
function filesIn(folder: string, leaveOut: readonly string[] = []): Map<string, Buffer> {
  return new Map(readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile() && !leaveOut.includes(one.name)).map((one) => [join(one.parentPath, one.name).slice(folder.length + 1), readFileSync(join(one.parentPath, one.name))]))
}

const listening = (server: Server) => new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))

t.test('planted secrets are in no log, metric, error, event, backup or database page', { skip: dovecotMissing, timeout: 580_000 }, async (t) => {
  const dovecot = await startDovecot()
  t.teardown(() => dovecot.close())
  const folder = await tempFolder(t)
  const data = join(folder, 'data')
  mkdirSync(data)
  const planted = (name: string) => `${name}-${randomBytes(9).toString('hex')}`
  // Peers that say again what they were told: their words must not carry a secret on.
  const echo = createServer((socket) => {
    socket.on('error', () => {})
    socket.write('* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN LOGIN] ready\r\n')
    socket.on('data', (chunk: Buffer) => socket.write(chunk.toString().split('\r\n').filter(Boolean).map((line) => /^\S+ (CAPABILITY|ID)/i.test(line) ? `* CAPABILITY IMAP4rev1\r\n${line.split(' ')[0]} OK done\r\n` : `${line.split(' ')[0]} NO [AUTHENTICATIONFAILED] I do not like ${line} (${Buffer.from(line.split(' ').at(-1)!, 'base64').toString().replaceAll('\0', ' ')})\r\n`).join('')))
  })
  const httpEcho = createHttpServer((request, response) => {
    const basic = Buffer.from((request.headers.authorization ?? '').split(' ').at(-1)!, 'base64').toString()
    response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ code: 20003, message: `Authenticate: ${request.headers.authorization} ${basic}`, status: 401 }))
  })
  const [echoPort, httpPort, nobody] = [await listening(echo), await listening(httpEcho), (await freePorts(1))[0]!]
  t.teardown(() => {
    echo.close()
    httpEcho.closeAllConnections()
    httpEcho.close()
  })

  const [port] = await freePorts(1) as [number]
  const publicUrl = `http://127.0.0.1:${port}`
  const log = join(folder, 'log')
  const server = await startServer({ tree: ownTree, data, port, publicUrl, log, faster: 6, options: { KINBOX_LOG_LEVEL: 'debug' } })
  t.teardown(async () => {
    server.kill()
    await server.ended
  })
  const secrets: Record<string, string | Buffer> = {}
  const plant = (name: string, secret = planted(name.replaceAll(' ', '-'))) => {
    secrets[name] = secret
    return secret
  }
  const code = /code=([^\s\x1b]+)/.exec(server.said())?.[1]
  if (code) plant('code of the first start', code)

  const admin = (await connectAdmin(data))!
  await admin.actions.userAdd({ name: 'ada', password: plant('password of a user') })
  const { token } = await admin.actions.tokenCreate({ user: 'ada', name: 'test' })
  plant('token of the operator', token)
  const heard: unknown[] = []
  const note = <T>(answer: T): T => {
    heard.push(answer instanceof Error ? { ...answer, message: answer.message, stack: answer.stack } : answer)
    return answer
  }
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const answer = await fetch(publicUrl + path, { method: 'POST', headers: { 'content-type': 'application/json', origin: publicUrl, ...headers }, body: JSON.stringify(body) })
    return { status: answer.status, cookie: answer.headers.get('set-cookie') ?? '', body: await answer.json() as Record<string, unknown> }
  }

  // Logging in, rightly and wrongly.
  const session = await post('/v1/login', { name: 'ada', password: secrets['password of a user'] })
  t.equal(session.status, 200)
  const cookie = session.cookie.split(';')[0]!
  plant('cookie of a session', cookie.split('=')[1]!)
  note((await post('/v1/login', { name: 'ada', password: plant('wrong password of a user') })).body)
  note((await post('/v1/login', { name: plant('password typed as the name'), password: 'x' })).body)
  const ticket = async () => (await post('/v1/ws-ticket', {}, { cookie })).body['ticket'] as string
  const used = plant('ticket that was used', await ticket())
  plant('ticket that was not', await ticket())
  const client: Client = await connect(publicUrl, { ticket: used })
  t.teardown(() => client.cut())
  note(await failureOf(connect(publicUrl, { ticket: used })))
  note(await failureOf(connect(publicUrl, { token: plant('token that nobody has', 'kbx_' + randomBytes(32).toString('base64url')) })))
  const made = await client.call<{ token: string, login: { id: string } }>('token.create', { name: 'phone' })
  plant('token of a client', made.token)
  const gone = await client.call<{ token: string, login: { id: string } }>('token.create', { name: 'lost phone' })
  plant('token that was revoked', gone.token)
  const lost = await connect(publicUrl, { token: gone.token })
  await client.call('token.revoke', { id: gone.login.id })
  await lost.closed
  for (const path of [`/v1/blobs/b1?token=${plant('token in an address')}`, `/hooks/${plant('path of a webhook that is none')}`, `/${plant('path that is none')}`]) note(await (await fetch(publicUrl + path)).text())
  note(await (await fetch(publicUrl + '/v1/blobs', { method: 'POST', headers: { authorization: `Bearer ${plant('bearer that is none')}` }, body: 'x' })).text())

  // Accounts: right, wrong, tried, badly written, replaced; with peers that say again what they are told.
  const good = settingsFor(dovecot, 'ada')
  plant('password of a mailbox', dovecot.password)
  const at = (port: number) => ({ host: '127.0.0.1', port, security: 'none' as const })
  const put = async (kind: string, settings: object) => (await client.call<{ id: string }>('account.put', { kind, settings })).id
  const status = (id: string, ...wanted: string[]) => client.until(() => client.events.some((event) => event.id === id && wanted.includes(String(event.data?.['status']))), 120_000)
  const mailbox = await put('email', { ...good, smtp: { ...good.smtp, password: plant('password for sending') } })
  await status(mailbox, 'live')
  const refused = await put('email', { ...good, address: 'bob@example.org', password: plant('password that is refused') })
  await status(refused, 'login-needed')
  await client.call('account.put', { id: refused, settings: { ...good, address: 'bob@example.org', password: plant('password that replaced it') } })
  const oauth = plant('access token')
  dovecot.tokens.set(oauth, 'carol')
  const { password: _password, ...without } = good
  const byToken = await put('email', { ...without, address: 'carol@example.org', user: 'carol', accessToken: oauth })
  await status(byToken, 'live')
  const echoed = await put('email', { ...good, address: 'dave@example.org', imap: at(echoPort), smtp: at(nobody), password: plant('password that a mail server repeats') })
  await status(echoed, 'login-needed', 'retrying', 'stopped')
  const sms = await put('sms-twilio', { accountSid: 'AC' + '0'.repeat(32), authToken: plant('token that a provider repeats'), number: '+15005550006', baseUrl: `http://127.0.0.1:${httpPort}` })
  await status(sms, 'login-needed', 'retrying', 'stopped')
  const chat = await put('xmpp', { jid: 'ada@example.org', password: plant('password of a chat'), service: `xmpp://127.0.0.1:${nobody}` })
  await status(chat, 'login-needed', 'retrying', 'stopped')
  note(await client.call('account.test', { kind: 'email', settings: { ...good, imap: at(echoPort), password: plant('password that was only tried') } }))
  note(await failureOf(client.call('account.put', { kind: 'email', settings: { ...good, password: [plant('password that is no text')] } })))
  note(await failureOf(client.call('account.put', { kind: 'email', settings: { ...good, passwrod: plant('password under a wrong name') } })))
  // Whoever asks is told again what they asked for; nobody else, and not the log.
  await failureOf(client.call(`account.${plant('password as a method')}`))

  // Links, and what the webhook of an account is called by.
  const url = (await client.call<{ webhookUrl: string }>('account.status', { id: sms })).webhookUrl
  const hook = url.split('/').at(-1)!
  note(await (await fetch(url, { method: 'POST', headers: { 'x-twilio-signature': plant('signature of a webhook') }, body: `Body=${plant('text of a forged webhook')}` })).text())
  const upload = await client.call<{ id: string }>('blob.create', { name: 'note.txt', contentType: 'text/plain', base64: 'SGVsbG8=' })
  const { path } = await client.call<{ path: string }>('blob.url', { id: upload.id })
  plant('signature of a link', new URLSearchParams(path.split('?')[1]).get('s')!)
  t.equal(await (await fetch(publicUrl + path)).text(), 'Hello')
  const key = readFileSync(join(data, 'secret.key'), 'utf8').trim()
  plant('key of the folder', key)
  secrets['key of the folder, its bytes'] = Buffer.from(key, 'base64')

  // Something that must be found, so that it is known that looking finds.
  const known = planted('words')
  await dovecot.deliver('ada', mail('rig-known-1').replace('This is', known))
  await client.until(() => JSON.stringify(client.events).includes(known), 120_000)
  for (const method of ['account.list', 'session.list', 'token.list', 'identity.list', 'sync.snapshot', 'outbox.list']) note(await client.call(method).catch((error: Error) => error))
  for (const id of [mailbox, refused, byToken, echoed, sms, chat]) note(await client.call('account.settings', { id }).catch((error: Error) => error))
  const resumed = await connect(publicUrl, { token, resume: { logId: client.hello.logId, seq: 0 } })
  await resumed.until(() => resumed.notices.some(({ method }) => method === 'sync.caughtUp'))
  const backup = join(folder, 'backup')
  note(await admin.actions.backup({ to: backup, key: false, replace: false }, { progress: () => {}, signal: new AbortController().signal }))
  note(await admin.actions.doctor({}))
  note(await admin.actions.accountList({}))
  await admin.close()
  const metrics = await (await fetch(publicUrl + '/metrics')).text()

  const database = filesIn(data, ['secret.key'])
  t.ok(database.has('kinbox.db') && database.has('kinbox.db-wal'), 'the write-ahead log, too')
  const places = new Map<string, Buffer>([
    ...[...database].map(([name, bytes]) => [`the data folder's ${name}`, bytes] as const), ...[...filesIn(backup)].map(([name, bytes]) => [`the backup's ${name}`, bytes] as const),
    ['the log', readFileSync(log)], ['metrics', Buffer.from(metrics)], ['events and signals', Buffer.from(JSON.stringify([client.events, client.signals, client.notices, resumed.events]))], ['answers and errors', Buffer.from(JSON.stringify(heard).replaceAll(hook, ''))]
  ])
  t.ok(Object.keys(secrets).length >= 20, `${Object.keys(secrets).length} were planted`)
  for (const [name, secret] of Object.entries(secrets)) {
    t.same([...places].filter(([, bytes]) => holds(bytes, secret)).map(([place]) => place), [], name)
  }
  // The path of a webhook stands in the database, since what calls it must be found; whoever has the database has the messages too.
  t.same([...places].filter(([place, bytes]) => !/kinbox.*\.db|-wal/.test(place) && holds(bytes, hook)).map(([place]) => place), [], 'the path of a webhook')
  t.ok(['kinbox.db', 'kinbox.db-wal'].some((name) => holds(database.get(name)!, known)), 'what is not secret is found in the database')
  t.ok(holds(places.get('events and signals')!, known) && [...places].some(([place, bytes]) => place.startsWith('the backup') && holds(bytes, known)), 'in events and the backup')
  t.match(readFileSync(log, 'utf8'), /"request"/, 'and the log told everything it ever tells')
  t.match(metrics, /kinbox_/)
})
