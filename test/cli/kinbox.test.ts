import t, { type Test } from 'tap'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WebSocketServer, type WebSocket } from 'ws'
import type { AdminActions } from '../../src/api/admin-actions.ts'
import { adminSocketPath, openAdminSocket } from '../../src/api/admin-socket.ts'
import { connectAdmin } from '../../src/cli/admin-client.ts'
import type { AppFace } from '../../src/cli/io.ts'
import { fakeActions, kinbox, log, temporary } from './terminal.ts'

t.test('the admin socket', async t => {
  const folder = await temporary(t)
  t.equal(await connectAdmin(folder), null, 'nobody listens: null')
  await writeFile(join(folder, 'admin.sock'), 'left by a server that was killed')
  t.equal(await connectAdmin(folder), null, 'what lies there is dead: null')
  const { actions, asked } = fakeActions()
  const socket = await openAdminSocket({ folder, actions, log })
  t.teardown(() => socket.close())
  t.equal((await stat(join(folder, 'admin.sock'))).mode & 0o777, 0o600)
  const admin = (await connectAdmin(folder))!
  t.same(await admin.actions.userAdd({ name: 'bob', password: 'x\ny' }), { id: 'u1' })
  t.same(asked, [['userAdd', { name: 'bob', password: 'x\ny' }]])
  await t.rejects(admin.actions.tokenCreate({ user: 'eve', name: '' }), { name: 'AdminError', kind: 'not_found', message: 'There is no user eve. There are: ada.' })
  const seen: unknown[] = []
  const summary = await admin.actions.importFiles({ user: 'ada', own: [], paths: [] }, { progress: progress => seen.push(progress), signal: new AbortController().signal })
  t.equal(summary.stored, 1)
  t.same(seen, [{ bytes: 1, totalBytes: 2, messages: 1 }], 'progress comes before the answer')
  const leaving = new AbortController()
  await t.rejects((admin.actions as unknown as { stop(args: object): Promise<void> } & AdminActions).importFiles({ user: 'ada', own: ['forever@example.org'], paths: [] }, { progress: () => leaving.abort(), signal: leaving.signal }), /Stopped/)
  while (!asked.some(([verb]) => verb === 'aborted')) await new Promise(resolve => setImmediate(resolve))
  t.equal(asked.at(-1)![0], 'aborted', 'who goes away stops what runs')
  await t.rejects(admin.actions.userList({}), 'a cut connection is told')
  const deep = join(folder, 'x'.repeat(120))
  await mkdir(deep)
  await t.rejects(async () => adminSocketPath(deep), /too long/)
})

t.test('verbs without a server own the folder meanwhile', async t => {
  const folder = await temporary(t)
  const { actions, asked } = fakeActions()
  let opened = 0
  let closed = 0
  const app: AppFace = {
    async startApp() {
      throw new Error('not here')
    },
    async openAdmin(config) {
      opened++
      t.equal(config.data, folder)
      return { actions, close: async () => void closed++ }
    }
  }
  await writeFile(join(folder, 'kinbox.db'), '')
  await writeFile(join(folder, 's.json'), '{"host": "mail.example.org"}')
  const run = (args: string[], input?: string) => kinbox(folder, args, { app, ...(input ? { input } : {}) })

  t.same(await run(['token', 'create', '--user', 'ada']), { code: 0, out: 'secret-token\n', err: '' }, 'the token alone on a line')
  t.match(await run(['token', 'create', '--user', 'eve']), { code: 1, out: '', err: 'kinbox: There is no user eve. There are: ada.\n' })
  t.match(await run(['user', 'add', 'bob', '--password-stdin'], 'correct horse\n'), { code: 0 })
  t.same(asked.at(-1), ['userAdd', { name: 'bob', password: 'correct horse' }])
  t.match(await run(['user', 'add', 'bob', '--password-stdin']), { code: 2, err: /No password came/ })
  t.match(await run(['user', 'list']), { code: 0, out: 'u1\tada\tsince 2026-11-01\n' })
  t.same(await run(['account', 'add', '--user', 'ada', '--kind', 'one', '--settings', 's.json']), { code: 0, out: 'a1\n', err: '' }, 'its id')
  t.same(asked.at(-1), ['accountAdd', { user: 'ada', kind: 'one', settings: { host: 'mail.example.org' }, try: true }])
  t.match(await run(['account', 'add', '--user', 'ada', '--kind', 'one', '--settings', '-'], '{"host": "from standard input"}'), { code: 0 })
  const broken = await run(['account', 'add', '--user', 'ada', '--kind', 'one', '--settings', '-'], '{"password": "hunter2" oops}')
  t.match(broken, { code: 2, err: /is no JSON/ })
  t.equal(/hunter2/.test(broken.err), false, 'and its secret is not repeated')
  t.match(await run(['account', 'add', '--user', 'ada', '--kind', 'one', '--settings', 'nowhere.json']), { code: 2, err: /cannot be read/ })
  t.match(await run(['account', 'list']), { code: 0, out: 'a1\tada\temail\tHome\tlogin-needed: wrong password\n' })
  t.match(await run(['account', 'kinds']), { code: 0, out: /one {2}One\n {2}host {2}string, required\n {2}port {2}integer, default 5\n {2}login\.password {2}string, required, secret/ })
  t.match(await run(['import', '--user', 'ada', '--own', 'a@example.org', '--own', 'b@example.org', 'mails']), { code: 0, out: /3 mails read: 1 new, 1 already there.\nNot taken \(1\):\n {2}x.jpg: is no mail/ })
  t.same(asked.at(-1), ['importFiles', { user: 'ada', own: ['a@example.org', 'b@example.org'], paths: [join(folder, 'mails')] }])
  t.equal(JSON.parse((await run(['import', '--user', 'ada', '--json', 'mails'])).out).stored, 1)
  t.equal(opened, closed, 'and let it go')
})

t.test('a command that is written wrongly', async t => {
  const folder = await temporary(t)
  for (const args of [['frob'], ['user', 'add'], ['token', 'create'], ['import', '--user', 'ada'], ['inbox', '--frob'], ['inbox'], ['reply', 'c1']]) {
    const { code, err } = await kinbox(folder, args)
    t.equal(code, 2, args.join(' '))
    t.match(err, /\w/)
  }
  t.match(await kinbox(folder, ['--help']), { code: 0, out: /serve/ })
  t.match(await kinbox(folder, ['inbox', '--user', 'ada']), { code: 1, err: /No Kinbox runs on .*Start it: kinbox serve/ })
  t.match(await kinbox(folder, ['inbox'], { env: { KINBOX_URL: 'http://127.0.0.1:1', KINBOX_TOKEN: 'x' } }), { code: 1, err: /Nobody answers/ })
  t.match(await kinbox(folder, ['user', 'list'], { env: { KINBOX_PORT: 'many' } }), { code: 1, err: /KINBOX_PORT is "many", which is wrong/ })
})

t.test('serve says where it is and what to do next, and stops', async t => {
  const folder = await temporary(t)
  const { actions, asked } = fakeActions()
  let stopped = 0
  const app = (over: Partial<AdminActions>): AppFace => ({
    startApp: async () => ({ address: { host: '127.0.0.1', port: 8420 }, admin: { ...actions, ...over }, doorCode: async (user?: string) => user === undefined && over.userList ? 'ABCD-EFGH-0123' : user ? 'DEMO-DEMO-DEMO' : null, stop: async () => void stopped++ }),
    async openAdmin() {
      throw new Error('not here')
    }
  })
  const stopping = AbortSignal.abort()
  const nobody = { userList: async () => [], accountList: async () => [], tokenCreate: async () => ({ token: 'demo-token' }) }
  t.match(await kinbox(folder, ['serve'], { app: app(nobody), stopping }), { code: 0, out: /http:\/\/127.0.0.1:8420[\s\S]*\/welcome#code=ABCD-EFGH-0123[\s\S]*user add NAME --password-stdin[\s\S]*account add/ })
  t.match(await kinbox(folder, ['serve'], { app: app({}), stopping }), { code: 0, out: /kinbox inbox --user ada/ })
  t.match(await kinbox(folder, ['serve', '--demo'], { app: app(nobody), stopping }), { code: 0, out: /\/login#code=DEMO-DEMO-DEMO[\s\S]*kinbox inbox --demo[\s\S]*KINBOX_TOKEN=demo-token/ })
  t.same(asked.slice(-2), [['userAdd', { name: 'demo', password: null }], ['accountAdd', { user: 'demo', kind: 'demo', settings: {}, name: 'Demo' }]])
  t.equal(stopped, 3)
})

// The client, against a server of a few lines that speaks the protocol.

const party = (name: string) => ({ kind: 'email', address: `${name.toLowerCase()}@friend.example`, name })
const because = { rule: 'friend', text: 'Alice is a friend', evidence: [] }
const message = (n: number, over: object = {}) => ({
  id: `m${n}`, conversationId: 'c1', accountId: 'a1', channel: 'email', direction: 'in', sender: party('Alice'), recipients: [], subject: 'Dinner', text: `text ${n}`, attachments: [], reactions: [],
  seen: false, flagged: false, sentAt: null, receivedAt: '2026-11-19T10:00:00.000Z', sortAt: `2026-11-19T10:0${n}:00.000Z`, folder: 'inbox', because, remoteId: '', rev: 1, ...over
})
const conversation = { id: 'c1', kind: 'person', title: 'Alice\u001b]0;owned\u0007\nx', memberCount: 1, folder: 'inbox', blocked: false, because, unread: 2, lastMessage: { id: 'm3', direction: 'in', channel: 'sms', sender: party('Alice'), preview: 'See you\u001b[2J', sortAt: '2026-11-19T10:03:00.000Z' }, lastAt: '2026-11-19T10:03:00.000Z', pinned: false, labels: [], rev: 1 }

type Asked = { method: string, params: Record<string, unknown> }

async function fakeServer(test: Test, answer: (asked: Asked, socket: WebSocket) => unknown) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  const asked: Asked[] = []
  server.on('connection', socket => socket.on('message', data => {
    const { id, method, params } = JSON.parse(String(data)) as Asked & { id: number }
    asked.push({ method, params })
    const result = method === 'session.hello' ? { userId: 'u1', logId: 'log', head: 7, resume: params['resume'] ? 'replaying' : 'live', limits: { inFlight: 64, frameBytesIn: 262144, heartbeatMs: 25000 } } : answer({ method, params }, socket)
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...(result instanceof Error ? { error: { code: -32003, message: result.message, data: { kind: 'not_found' } } } : { result }) }))
    if (method === 'session.hello') answer({ method, params }, socket)
  }))
  await new Promise(resolve => server.once('listening', resolve))
  test.teardown(() => {
    for (const socket of server.clients) socket.terminate()
    server.close()
  })
  const { port } = server.address() as { port: number }
  return { asked, url: `http://127.0.0.1:${port}`, env: { KINBOX_URL: `http://127.0.0.1:${port}`, KINBOX_TOKEN: 'tok', TZ: 'UTC' } }
}

t.test('inbox and read', async t => {
  const folder = await temporary(t)
  const { asked, url, env } = await fakeServer(t, ({ method, params }) => {
    if (method === 'conversation.list') return { items: [conversation], nextCursor: null, asOf: 7 }
    if (method === 'conversation.get') return params['id'] === 'c1' ? conversation : new Error('there is no such conversation')
    if (method === 'message.list') return { items: [message(3, { channel: 'sms', subject: null, sender: { ...party('Alice'), proof: 'weak', warnings: ['looks like another'] } }), message(2, { direction: 'out', status: 'sent' }), message(1)], nextCursor: null, asOf: 7 }
    return {}
  })
  const list = await kinbox(folder, ['inbox'], { env })
  t.match(list, { code: 0, out: /^c1 {2}Alice x +✆ sms +2 new .*See you\nRead one: kinbox read c1\n$/ })
  t.equal(list.out.includes('\u001b'), false, 'what strangers write cannot steer the terminal')
  t.same(asked[0]!.params['auth'], { token: 'tok' })
  t.same(asked[1], { method: 'conversation.list', params: { folder: 'inbox', limit: 20 } })

  const { code, out } = await kinbox(folder, ['read', 'c1'], { env })
  t.equal(code, 0)
  t.match(out, /Alice x {2}inbox: Alice is a friend\n\n── Thursday,? 19 November 2026 ──\n\S+ ✉ email {2}Alice new\n {6}Dinner\n {6}text 1\n\S+ ✉ email {2}You sent\n {6}text 2\n\S+ ✆ sms {2}Alice \(not proven\) new\n {6}! looks like another\n {6}text 3\n$/, 'in the order of time, each with its channel')
  t.same(asked.at(-1), { method: 'conversation.markRead', params: { id: 'c1', upTo: 'm3' } })
  await kinbox(folder, ['read', 'c1', '--keep-unread'], { env })
  t.equal(asked.at(-1)!.method, 'message.list')
  t.match(await kinbox(folder, ['read', 'c9'], { env }), { code: 1, err: 'kinbox: There is no conversation c9. List them: kinbox inbox, or kinbox inbox --other\n' })

  // --user gets a short-lived token from the server on the folder.
  const socket = await openAdminSocket({ folder, actions: fakeActions(url).actions, log })
  t.teardown(() => socket.close())
  t.match(await kinbox(folder, ['inbox', '--user', 'ada'], { env: { TZ: 'UTC' } }), { code: 0, out: /Alice/ })
  t.same(asked.findLast(({ method }) => method === 'session.hello')!.params['auth'], { token: 'secret-token' })
})

t.test('reply waits until it has left, and says which way and why', async t => {
  const folder = await temporary(t)
  const sent = (status: string, error?: object) => message(4, { direction: 'out', channel: 'sms', status, attempts: [{ id: 'x1', accountId: 'a1', channel: 'sms', recipient: { kind: 'phone', address: '+4915112345678' }, address: '+15005550006', status, because: { rule: 'last-channel', text: 'she wrote by SMS last', evidence: [] }, at: '', ...(error ? { error } : {}) }] })
  const event = (status: string, error?: object) => JSON.stringify({ jsonrpc: '2.0', method: 'event', params: { seq: 8, prev: 7, ts: '', type: 'message.changed', id: 'm4', rev: 2, data: sent(status, error) } })
  const { asked, env } = await fakeServer(t, ({ method, params }, socket) => {
    if (method !== 'message.send') return {}
    setImmediate(() => socket.send(params['text'] === 'bad' ? event('failed', { code: 'x', text: 'the number does not exist' }) : event('sent')))
    return sent('queued')
  })
  t.match(await kinbox(folder, ['reply', 'c1', 'see', 'you'], { env }), { code: 0, out: '✆ sms  sent to +4915112345678\nbecause: she wrote by SMS last\n' })
  t.match(asked.at(-1), { method: 'message.send', params: { conversationId: 'c1', text: 'see you', clientId: /^[0-9a-f-]{36}$/ } })
  t.match(await kinbox(folder, ['reply', 'c1', '--no-wait', '--via', 'sms', '-'], { env, input: 'two\nlines\n' }), { code: 0, out: /queued[\s\S]*goes out as soon as it can/ })
  t.match(asked.at(-1)!.params, { text: 'two\nlines', via: { channel: 'sms' } })
  t.match(await kinbox(folder, ['reply', 'c1', 'bad'], { env }), { code: 1, out: /failed to[\s\S]*the number does not exist/, err: /Try another way/ })
  t.match(await kinbox(folder, ['reply', 'c1', '-'], { env, input: ' \n' }), { code: 2, err: /empty/ })
})

t.test('watch goes on after a cut and after a gap, without gap or double', async t => {
  const folder = await temporary(t)
  const frame = (seq: number, prev: number) => JSON.stringify({ jsonrpc: '2.0', method: 'event', params: { seq, prev, ts: '2026-11-19T10:00:00.000Z', type: 'message.created', id: `m${seq}`, rev: 1, data: message(1, { id: `m${seq}`, text: `text ${seq}` }) } })
  const stop = new AbortController()
  let connections = 0
  /** What is done once an event has been written. */
  const once = new Map<number, () => void>()
  const { asked, env } = await fakeServer(t, ({ method }, socket) => {
    if (method !== 'session.hello') return {}
    connections++
    if (connections === 1) {
      once.set(9, () => socket.terminate())
      for (const text of [frame(8, 7), frame(8, 7), frame(9, 8)]) socket.send(text)
    } else if (connections === 2) for (const text of [frame(9, 7), frame(10, 9), frame(12, 11)]) socket.send(text)
    else {
      once.set(12, () => stop.abort())
      for (const text of [frame(11, 10), frame(12, 11)]) socket.send(text)
    }
    return {}
  })
  const wrote = (text: string) => once.get(JSON.parse(text).seq)?.()
  const { code, out } = await kinbox(folder, ['watch', '--json'], { env, stopping: stop.signal, wrote })
  t.equal(code, 0)
  t.same(out.trim().split('\n').map(line => JSON.parse(line).seq), [8, 9, 10, 11, 12])
  t.same(asked.map(({ params }) => params['resume']), [undefined, { logId: 'log', seq: 9 }, { logId: 'log', seq: 10 }])
})
