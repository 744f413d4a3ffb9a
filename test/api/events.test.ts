import { once } from 'node:events'
import { connect } from 'node:net'
import { mock } from 'node:test'
import t from 'tap'
import type { Test } from 'tap'
import Type from 'typebox'
import { defaultLimits } from '../../src/api/limits.ts'
import { method } from '../../src/api/method.ts'
import { logBounds } from '../../src/store/events.ts'
import { addTestUser } from '../fixtures/store.ts'
import { failureOf } from '../fixtures/client.ts'
import type { Client } from '../fixtures/client.ts'
import { openDoor } from '../fixtures/door.ts'
import type { Door } from '../fixtures/door.ts'

const message = (object: number, folder: 'inbox' | 'other' = 'inbox', conversation = 1) => ({ type: 'message.created' as const, object, data: { folder, conversation } })
const ids = (client: Client) => client.events.filter(event => event.type === 'message.created').map(event => event.id)
const head = (door: Door) => door.store.read(tx => logBounds(tx, door.userId).head)

/** From here on the timers of this kind stand until the test moves them: a busy machine is late for a wait of some milliseconds. */
function hold(t: Test, api: 'setInterval' | 'setTimeout'): void {
  mock.timers.enable({ apis: [api] })
  t.teardown(() => mock.timers.reset())
}

/** What is on its way between sockets of this process arrives. */
async function turns(): Promise<void> {
  for (let n = 0; n < 20; n++) await new Promise(resolve => setImmediate(resolve))
}

/** The next heartbeat of the server, and the answer of this client to it. */
async function beat(client: Client): Promise<void> {
  const asked = once(client.socket, 'ping')
  mock.timers.tick(defaultLimits.heartbeatMs)
  await asked
  await turns()
}

t.test('an event carries the object as it is now, and its row', async t => {
  const door = await openDoor(t, { render: (tx, userId, event) => (event.object === 9 ? null : { user: userId, log: logBounds(tx, userId).head }) })
  const client = await door.client()
  const at = client.hello.head
  await door.write([message(5), { type: 'conversation.changed', object: 3, rev: 7, data: { folder: 'other', history: 40, first: 1, last: 40, reset: true } }, { type: 'message.removed', object: 9 }, { type: 'counts.changed', object: 0, rev: 0 }])
  await client.until(() => client.events.length === 4)
  t.same(client.events[0], { seq: at + 1, prev: at, ts: '2030-01-01T00:00:00.000Z', type: 'message.created', id: 'm5', rev: 1, data: { user: door.userId, log: at + 4 } })
  t.match(client.events[1], { id: 'c3', rev: 7, history: 40, reset: true, prev: at + 1 })
  t.equal('data' in client.events[2]!, false, 'what is gone has no data')
  t.equal(client.events[3]!.id, 'counts')
  t.equal((await client.call<{ seq: number }>('session.ping')).seq, at + 4)
})

t.test('two clients see the same events in the same order, another user none of them', async t => {
  const door = await openDoor(t)
  const mallory = await addTestUser(door.store, 'mallory')
  const [one, two] = [await door.client(), await door.client()]
  const other = await door.client({ token: await door.tokenOf(mallory) })
  for (let n = 1; n <= 20; n++) await door.write(Array.from({ length: n }, (_, k) => message(n * 100 + k)))
  await door.write([message(7)], mallory)
  await Promise.all([one.until(() => one.events.length === 210), two.until(() => two.events.length === 210), other.until(() => other.events.length === 1)])
  t.same(one.events, two.events)
  t.same(one.events.map(event => event.seq), Array.from({ length: 210 }, (_, k) => one.hello.head + 1 + k))
  t.same(other.events.map(event => event.id), ['m7'])
})

t.test('cut off and come back: no gap, no double, however often', async t => {
  const door = await openDoor(t)
  let client = await door.client()
  const seen: number[] = []
  const start = client.hello.head
  let written = 0
  const writing = (async () => {
    while (written < 1500) await door.write(Array.from({ length: 25 }, () => message(++written)))
  })()
  for (let round = 0; round < 8; round++) {
    await client.until(() => client.events.length >= 40)
    client.cut()
    await client.closed
    seen.push(...client.events.map(event => event.seq))
    client = await door.client({ resume: { logId: door.store.logId, seq: client.seq() } })
    t.match(client.hello.resume, /^(live|replaying)$/)
  }
  await writing
  await client.until(() => client.seq() === start + 1500)
  seen.push(...client.events.map(event => event.seq))
  t.same(seen, Array.from({ length: 1500 }, (_, k) => start + 1 + k))
})

t.test('where the log cannot be resumed, hello says why', async t => {
  const door = await openDoor(t)
  await door.write([message(1), message(2), message(3)])
  const top = await head(door)
  const { logId } = door.store
  t.match((await door.client({ resume: { logId, seq: top } })).hello, { resume: 'live', head: top })
  t.match((await door.client({ resume: { logId: 'another', seq: 1 } })).hello, { resume: 'snapshot_required', reason: 'log_changed' })
  t.match((await door.client({ resume: { logId, seq: top + 1 } })).hello, { resume: 'snapshot_required', reason: 'cursor_ahead' })
  await door.store.hot(tx => tx.run('UPDATE user_log SET floor = 2 WHERE user_id = ?', door.userId))
  const old = await door.client({ resume: { logId, seq: 1 } })
  t.match(old.hello, { resume: 'snapshot_required', reason: 'cursor_too_old', floor: 2 })
  t.match(await old.call('sync.snapshot'), { asOf: top, counts: { inbox: 0 } })
  await door.write([message(4)])
  await old.until(() => old.events.length === 1)
  t.equal(old.events[0]!.prev, top, 'and it goes on from the head')
  t.match((await door.client({ resume: { logId, seq: 2 } })).hello, { resume: 'replaying' }, 'the floor itself is kept')
})

t.test('sync.caughtUp comes after the replay', async t => {
  const door = await openDoor(t)
  await door.write(Array.from({ length: 700 }, (_, k) => message(k + 1)))
  const top = await head(door)
  const client = await door.client({ resume: { logId: door.store.logId, seq: 0 } })
  await client.until(() => client.notices.length > 0)
  t.same(client.notices, [{ method: 'sync.caughtUp', params: { seq: top } }])
  t.equal(client.events.length, top)
})

t.test('a subscription leaves out by the row, and prev still has no gap', async t => {
  const door = await openDoor(t)
  const client = await door.client()
  t.same(await client.call('sync.subscribe', { folders: ['inbox'], conversations: ['c9'] }), { asOf: client.hello.head })
  await door.write([message(1, 'inbox'), message(2, 'other', 2), message(3, 'other', 9)])
  await door.write([
    { type: 'conversation.changed', object: 4, data: { folder: 'other', was: 'inbox' } },
    { type: 'conversation.changed', object: 5, data: { folder: 'other' } },
    { type: 'conversation.changed', object: 9, data: { folder: 'other' } },
    { type: 'contact.changed', object: 6 }
  ])
  await client.until(() => client.events.length === 5)
  t.same(client.events.map(event => event.id), ['m1', 'm3', 'c4', 'c9', 'p6'])
  t.same(client.events.map(event => event.seq - client.hello.head), [1, 3, 4, 6, 7])
  await client.call('sync.unsubscribe')
  await door.write([message(8, 'other', 2)])
  await client.until(() => ids(client).includes('m8'))
  t.match(await failureOf(client.call('sync.subscribe', { conversations: ['m9'] })), { kind: 'invalid_params' })
  t.match(await failureOf(client.call('sync.subscribe', { folders: ['spam'] })), { kind: 'invalid_params' })
})

t.test('a long silence has a position', async t => {
  hold(t, 'setInterval')
  const door = await openDoor(t)
  const client = await door.client()
  await client.call('sync.subscribe', { folders: ['inbox'] })
  await door.write(Array.from({ length: 30 }, (_, k) => message(k + 1, 'other', 2)))
  const top = await head(door)
  while (client.events.length === 0) await beat(client)
  t.same(client.events, [{ seq: top, prev: client.hello.head, type: 'sync.position' }])
})

t.test('signals go to the sockets of their user, numberless', async t => {
  const door = await openDoor(t)
  const mallory = await addTestUser(door.store, 'mallory')
  const client = await door.client()
  const other = await door.client({ token: await door.tokenOf(mallory) })
  const signal = { type: 'typing' as const, conversationId: 'c1', party: { kind: 'email', address: 'alice@friend.example' }, typing: true }
  door.signals.publish(door.userId, signal)
  await client.until(() => client.signals.length === 1)
  await other.call('session.ping')
  t.same(client.signals, [signal])
  t.same(other.signals, [])
})

t.test('a client that does not read holds up nobody, is closed, and resumes', async t => {
  const rendered: number[] = []
  const big = 'x'.repeat(20_000)
  const door = await openDoor(t, { render: (_tx, _userId, event) => ({ n: rendered.push(event.seq), big }) })
  const slow = await door.client()
  const before = slow.hello.head
  hold(t, 'setTimeout')
  slow.socket.pause()
  for (let n = 0; n < 40; n++) await door.write(Array.from({ length: 50 }, (_, k) => message(n * 50 + k + 1)))
  const quick = await door.client()
  await quick.call('session.ping')
  t.ok(rendered.length < 1000, `the log is read no further than fits (${rendered.length} of 2000 objects)`)
  while (!(await metrics(door)).includes('kinbox_sockets_closed_total{reason="slow"} 1')) {
    mock.timers.tick(defaultLimits.stallMs)
    await turns()
  }
  slow.socket.resume()
  t.equal((await slow.closed).code, 4413)
  mock.timers.reset()
  const again = await door.client({ resume: { logId: door.store.logId, seq: slow.seq() } })
  await again.until(() => again.seq() === before + 2000)
  t.equal(slow.events.length + again.events.length, 2000)
})

t.test('revoking a login closes its sockets and no others', async t => {
  const door = await openDoor(t)
  const mallory = await addTestUser(door.store, 'mallory')
  const client = await door.client()
  const created = await client.call<{ token: string, login: { id: string } }>('token.create', { name: 'phone' })
  const [phone, phone2] = [await door.client({ token: created.token }), await door.client({ token: created.token })]
  const foreign = await door.client({ token: await door.tokenOf(mallory) })
  t.match(await failureOf(foreign.call('token.revoke', { id: created.login.id })), { kind: 'not_found' }, 'not by another user')
  t.same((await client.call<{ items: { name: string, current: boolean }[] }>('token.list')).items.map(item => [item.name, item.current]), [['phone', false], ['test', true]])
  await client.call('token.revoke', { id: created.login.id })
  t.equal((await phone.closed).code, 4410)
  t.equal((await phone2.closed).code, 4410)
  t.equal(client.closeCode(), null)
  t.equal((await failureOf(door.client({ token: created.token }))).kind, 'unauthenticated')
  t.ok(client.events.some(event => event.type === 'session.changed' && event.id === created.login.id))
  t.same(await foreign.call('session.revoke', { id: (await foreign.call<{ items: { id: string }[] }>('session.list')).items[0]!.id }), {}, 'who revokes itself is still answered')
  t.equal((await foreign.closed).code, 4410)
  t.match(await failureOf(client.call('token.create', { name: 'x', expiresAt: '2029-01-01T00:00:00.000Z' })), { kind: 'invalid_params' })
})

t.test('a peer that is gone is noticed, one that is only quiet stays', async t => {
  hold(t, 'setInterval')
  const door = await openDoor(t)
  const quiet = await door.client()
  const gone = await door.client({ autoPong: false })
  for (let n = 0; n < 3; n++) await beat(quiet)
  t.equal((await gone.closed).code, 1006)
  t.equal(quiet.closeCode(), null)
})

t.test('a socket ends when its login expires', async t => {
  hold(t, 'setInterval')
  const door = await openDoor(t)
  const client = await door.client({ token: await door.tokenOf(door.userId, door.clock.now() + 1000) })
  door.clock.time += 2000
  mock.timers.tick(defaultLimits.heartbeatMs)
  t.equal((await client.closed).code, 4401)
})

t.test('a server that stops says goaway, and what is in flight is answered', async t => {
  const waiting = Promise.withResolvers<null>()
  const wait = method({ name: 'test.wait', summary: '', params: Type.Object({}), result: Type.Null(), errors: [], example: { params: {}, result: null }, handle: () => waiting.promise })
  const door = await openDoor(t, { limits: { closeMs: 5000 }, more: [wait] })
  const client = await door.client()
  const idle = await door.client({ hello: false })
  const asked = client.call('test.wait')
  await client.call('session.ping')
  const closing = door.server.close()
  await client.until(() => client.notices.length === 1)
  t.match(await failureOf(client.call('session.ping')), { kind: 'rate_limited', retryable: true }, 'nothing new is begun')
  waiting.resolve(null)
  t.equal(await asked, null)
  t.match(await client.closed, { code: 1001 })
  t.equal((await idle.closed).code, 1001)
  t.match(client.notices, [{ method: 'session.goaway', params: { reason: 'the server is stopping' } }])
  await closing
  t.equal((await failureOf(door.client())).message.includes('ECONNREFUSED'), true)
})

t.test('a server that stops waits for nobody who is just connecting', async t => {
  const door = await openDoor(t)
  const { port } = new URL(door.url)
  const line = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true })
  let said = ''
  line.on('data', chunk => { said += chunk.toString() }).on('error', () => undefined)
  const gone = once(line, 'close')
  await once(line, 'connect')
  line.write('GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n')
  t.equal((await fetch(door.url + '/livez')).status, 200)
  const closing = door.server.close()
  while (await answers(Number(port))) await turns()
  line.write('\r\n')
  await closing
  line.end()
  await gone
  t.match(said, /^HTTP\/1\.1 503 /)
})

async function answers(port: number): Promise<boolean> {
  const line = connect(port, '127.0.0.1')
  const up = await once(line, 'connect').then(() => true, () => false)
  line.destroy()
  return up
}

async function metrics(door: Door): Promise<string> {
  return (await fetch(door.url + '/metrics')).text()
}
