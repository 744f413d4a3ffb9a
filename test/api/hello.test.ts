import t from 'tap'
import { createLogin } from '../../src/store/logins.ts'
import { connect, failureOf } from '../fixtures/client.ts'
import type { Failure } from '../fixtures/client.ts'
import { openDoor } from '../fixtures/door.ts'

const hello = { protocol: 'kinbox.v1', client: { name: 'test' } }

t.test('a token opens a socket, in hello or as Authorization of the upgrade', async t => {
  const door = await openDoor(t)
  const inHello = await door.client()
  t.match(inHello.hello, { userId: 'u' + door.userId, logId: door.store.logId, resume: 'live', serverTime: '2030-01-01T00:00:00.000Z' })
  const bearer = await connect(door.url, { headers: { authorization: `Bearer ${door.token}` } })
  t.equal(bearer.hello.userId, 'u' + door.userId)
  await bearer.close()
  t.match(await failureOf(inHello.call('session.hello', hello)), { kind: 'conflict' }, 'hello is said once')
})

t.test('who is refused, and how', async t => {
  const door = await openDoor(t)
  const session = await createLogin(door.store, { userId: door.userId, kind: 'session', name: 'browser' }, door.clock)
  const expiring = await door.tokenOf(door.userId, door.clock.now() + 1000)
  door.clock.time += 2000
  const cases: [string, object, string, number][] = [
    ['a wrong token', { auth: { token: 'kbx_wrong' } }, 'unauthenticated', 4401],
    ['an expired token', { auth: { token: expiring } }, 'unauthenticated', 4401],
    ['the secret of a browser session', { auth: { token: session.secret } }, 'unauthenticated', 4401],
    ['an unknown ticket', { auth: { ticket: 'x' } }, 'unauthenticated', 4401],
    ['no auth', {}, 'unauthenticated', 4401],
    ['another version', { protocol: 'kinbox.v2', auth: { token: door.token } }, 'invalid_params', 4406]
  ]
  for (const [name, params, kind, code] of cases) {
    const client = await door.client({ hello: false })
    t.match(await failureOf(client.call('session.hello', { ...hello, ...params })), { kind }, name)
    t.equal((await client.closed).code, code, name)
  }
  const cookie = await connect(door.url, { hello: false, headers: { cookie: `kinbox=${session.secret}`, origin: door.url } })
  t.match(await failureOf(cookie.call('session.hello', hello)), { kind: 'unauthenticated' }, 'a cookie alone')
  t.notOk(door.log.lines.some(line => line.includes(session.secret) || line.includes(door.token) || line.includes('kbx_wrong')), 'no secret in the log')
})

t.test('what hello refuses in words, it lets be mended', async t => {
  const door = await openDoor(t)
  const client = await door.client({ hello: false })
  t.match(await failureOf(client.call('session.ping')), { kind: 'unauthenticated' }, 'nothing before hello')
  t.match(await failureOf(client.call('session.hello', { ...hello, auth: { token: 'a', ticket: 'b' } })), { kind: 'invalid_params' })
  t.match(await failureOf(client.call('session.hello', { ...hello, nonsense: 1 })), { kind: 'invalid_params', message: 'session.hello: params.nonsense is not known here' })
  t.match(await client.call('session.hello', { ...hello, auth: { token: door.token } }), { resume: 'live' })
})

t.test('a socket that says nothing is closed, and so is one of another protocol', async t => {
  const door = await openDoor(t, { limits: { helloMs: 30 } })
  t.equal((await (await door.client({ hello: false })).closed).code, 4408)
  // The client library refuses a server that picks none of its protocols, so this one offers none.
  t.equal((await (await connect(door.url, { hello: false, protocols: [] })).closed).code, 4406)
})

t.test('origins', async t => {
  const door = await openDoor(t, { deps: { publicUrl: 'https://inbox.example.org/', origins: ['https://page.example.org'] } })
  const port = new URL(door.url).port
  const cases: [string, boolean][] = [
    ['https://inbox.example.org', true],
    ['https://page.example.org', true],
    [`http://127.0.0.1:${port}`, true],
    [`http://localhost:${port}`, true],
    ['http://localhost:1', false],
    ['http://inbox.example.org', false],
    ['https://inbox.example.org.evil.test', false],
    ['https://evil.test', false],
    [`http://evil.test:${port}`, false],
    ['null', false],
    ['file://', false],
    ['https://inbox.example.org, https://evil.test', false]
  ]
  for (const [origin, allowed] of cases) {
    const client = await connect(door.url, { hello: false, origin })
    if (!allowed) {
      t.equal((await client.closed).code, 4403, origin)
      continue
    }
    t.match(await client.call('session.hello', { ...hello, auth: { token: door.token } }), { resume: 'live' }, origin)
    client.cut()
  }
  const error: Failure | null = await connect(door.url, { token: 'kbx_none' }).then(() => null, (error: Failure) => error)
  t.equal(error?.kind, 'unauthenticated', 'without an Origin it is the token that counts')
})
