import { createHmac } from 'node:crypto'
import t from 'tap'
import { addUser } from '../../src/store/users.ts'
import { failureOf } from '../fixtures/client.ts'
import { openDoor } from '../fixtures/door.ts'
import type { Door } from '../fixtures/door.ts'
import type { WebhookRequest } from '../../src/api/rooms.ts'
import { addTestUser } from '../fixtures/store.ts'

const password = 'correct horse battery'

type Options = { method?: string, headers?: Record<string, string>, body?: string | Uint8Array<ArrayBuffer> }
const post = (door: Door, path: string, { headers = {}, body = '' }: Options = {}) => fetch(door.url + path, { method: 'POST', headers, body })
const login = (door: Door, name: string, secret: string, headers: Record<string, string> = {}) =>
  post(door, '/v1/login', { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ name, password: secret }) })
const cookieOf = (answer: Response) => answer.headers.get('set-cookie')!.split(';')[0]!
const kindOf = async (answer: Response) => `${answer.status} ${((await answer.json()) as { error: { kind: string } }).error.kind}`

t.test('a page logs in, gets a ticket, opens a socket, logs out', async t => {
  const door = await openDoor(t)
  await addUser(door.store, { name: 'bob', password }, door.clock)
  const answer = await login(door, 'bob', password, { origin: door.url })
  t.equal(answer.status, 200)
  t.match(answer.headers.get('set-cookie'), /^kinbox=[^;]+; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Strict$/)
  const cookie = cookieOf(answer)
  const page = { cookie, origin: door.url }
  const ticket = async () => ((await (await post(door, '/v1/ws-ticket', { headers: page })).json()) as { ticket: string }).ticket

  const first = await ticket()
  const client = await door.client({ ticket: first, origin: door.url })
  t.match(await client.call('session.list'), { items: [{ kind: 'session', current: true }] })
  t.equal((await failureOf(door.client({ ticket: first }))).kind, 'unauthenticated', 'a ticket is used once')
  const stale = await ticket()
  door.clock.time += 31_000
  t.equal((await failureOf(door.client({ ticket: stale }))).kind, 'unauthenticated', 'a ticket lasts 30 s')
  const late = await ticket()

  t.equal(await kindOf(await post(door, '/v1/ws-ticket', { headers: { cookie } })), '403 forbidden', 'a cookie without Origin')
  t.equal(await kindOf(await post(door, '/v1/ws-ticket', { headers: { cookie, origin: 'https://evil.test' } })), '403 forbidden', 'from another site')
  t.equal(await kindOf(await post(door, '/v1/logout', { headers: { cookie, origin: 'https://evil.test' } })), '403 forbidden')
  t.equal(await kindOf(await post(door, '/v1/ws-ticket', { headers: { origin: door.url } })), '401 unauthenticated')
  t.equal(await kindOf(await post(door, '/v1/ws-ticket', { headers: { origin: door.url, cookie: `kinbox=${door.token}` } })), '401 unauthenticated', 'a token is no cookie')

  t.equal((await post(door, '/v1/logout', { headers: page })).status, 200)
  t.equal((await client.closed).code, 4410)
  t.equal((await failureOf(door.client({ ticket: late }))).kind, 'unauthenticated', 'a ticket dies with its session')
  t.equal(await kindOf(await post(door, '/v1/ws-ticket', { headers: page })), '401 unauthenticated')
  const secrets = [cookie.slice(7), first, stale, late, password]
  t.notOk(door.log.lines.some(line => secrets.some(secret => line.includes(secret))), 'no secret in the log')
})

t.test('behind https the cookie is Secure and bound to the host', async t => {
  const door = await openDoor(t, { deps: { publicUrl: 'https://inbox.example.org' } })
  await addUser(door.store, { name: 'bob', password }, door.clock)
  const answer = await login(door, 'bob', password, { origin: 'https://inbox.example.org' })
  t.match(answer.headers.get('set-cookie'), /^__Host-kinbox=.*; Secure; SameSite=Strict$/)
  t.match(answer.headers.get('strict-transport-security'), /max-age/)
})

t.test('guessing a password is slow, and tells nothing', async t => {
  const door = await openDoor(t, { deps: { throttle: { perName: 3, perAddress: 9, everyMs: 10_000 } } })
  await addUser(door.store, { name: 'bob', password }, door.clock)
  t.equal((await login(door, 'bob', password)).status, 200)
  for (let n = 0; n < 3; n++) t.equal(await kindOf(await login(door, 'BOB', 'wrong')), '401 unauthenticated')
  const throttled = await login(door, 'bob', password)
  t.equal(throttled.headers.get('retry-after'), '10')
  t.equal(await kindOf(throttled), '429 rate_limited', 'even with the right one')
  const [known, unknown] = [await (await login(door, 'carol', 'wrong')).text(), await (await login(door, 'ada', 'wrong')).text()]
  t.equal(known, unknown, 'a user and none get the same words')
  t.equal(await kindOf(await login(door, 'dave', 'wrong')), '401 unauthenticated')
  t.equal(await kindOf(await login(door, 'erin', 'wrong')), '401 unauthenticated')
  t.equal(await kindOf(await login(door, 'frank', 'wrong')), '429 rate_limited', 'from one address')
  door.clock.time += 10_000
  t.equal((await login(door, 'bob', password)).status, 200)
  t.equal(await kindOf(await login(door, 'bob', password, { origin: 'https://evil.test' })), '403 forbidden')
})

t.test('requests that cannot be read', async t => {
  const door = await openDoor(t)
  const json = { 'content-type': 'application/json' }
  t.equal(await kindOf(await post(door, '/v1/login', { headers: json, body: '{' })), '400 invalid_request')
  t.equal(await kindOf(await post(door, '/v1/login', { headers: json, body: '{"name":"bob"}' })), '400 invalid_params')
  t.equal(await kindOf(await post(door, '/v1/login', { headers: { 'content-type': 'text/plain' }, body: 'x' })), '400 invalid_params')
  t.equal(await kindOf(await post(door, '/v1/login', { headers: json, body: JSON.stringify({ name: 'x'.repeat(70_000), password: 'x' }) })), '413 too_large')
  t.equal(await kindOf(await fetch(door.url + '/nothing')), '404 not_found')
  t.equal(await kindOf(await fetch(door.url + '/v1/ws')), '426 invalid_request')
  const seen = await fetch(door.url + '/nothing', { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } })
  t.same([seen.status, seen.headers.get('content-type')], [404, 'text/html; charset=utf-8'])
  t.match(await seen.text(), /There is nothing here[\s\S]*<a href="\/">/, 'somebody who mistyped an address reads it in words')
})

t.test('alive, ready, measured, and safe headers on every answer', async t => {
  const door = await openDoor(t)
  const client = await door.client()
  await client.call('session.ping')
  for (const path of ['/livez', '/readyz', '/metrics', '/nothing']) {
    const { headers } = await fetch(door.url + path)
    t.equal(headers.get('x-content-type-options'), 'nosniff', path)
    t.match(headers.get('content-security-policy'), /default-src 'none'/, path)
  }
  t.same(await (await fetch(door.url + '/readyz')).json(), { status: 'ready' })
  const metrics = await (await fetch(door.url + '/metrics')).text()
  t.match(metrics, /kinbox_sockets 1\n/)
  t.match(metrics, /kinbox_requests_total{method="session.ping",outcome="ok"} 1\n/)
})

t.test('ready says what is wrong when nothing can be written', async t => {
  const door = await openDoor(t)
  const broken = await openDoor(t, { deps: { store: { ...door.store, read: door.store.read, trouble: 'The disk is full. Make room.', hot: () => Promise.reject(new Error('full')) } } })
  const answer = await fetch(broken.url + '/readyz')
  t.equal(answer.status, 503)
  t.same(await answer.json(), { status: 'not ready', why: 'The disk is full. Make room.' })
})

t.test('a webhook reaches its account with the public URL, as bytes', async t => {
  const calls: [string, WebhookRequest][] = []
  const door = await openDoor(t, {
    deps: { publicUrl: 'https://inbox.example.org/' },
    rooms: {
      webhook: async (secret, request) => {
        calls.push([secret, request])
        return secret === 'known' ? { status: 201, headers: { 'content-type': 'text/xml' }, body: '<ok/>' } : null
      }
    }
  })
  const answer = await post(door, '/hooks/known/sms/status?a=1&b=%20', { headers: { host: 'evil.test', 'content-type': 'application/x-www-form-urlencoded', 'x-signature': 's' }, body: 'From=%2B1500' })
  t.equal(answer.status, 201)
  t.equal(answer.headers.get('content-type'), 'text/xml')
  t.equal(await answer.text(), '<ok/>')
  t.match(calls[0], ['known', { method: 'POST', url: 'https://inbox.example.org/hooks/known/sms/status?a=1&b=%20', headers: { 'x-signature': 's' } }])
  t.equal(Buffer.from(calls[0]![1].body).toString(), 'From=%2B1500')
  t.equal(await kindOf(await post(door, '/hooks/other', { body: '{}', headers: { 'content-type': 'application/json' } })), '404 not_found')
  t.equal(await kindOf(await post(door, '/hooks/known', { body: 'x'.repeat(1024 * 1024 + 1), headers: { 'content-type': 'text/plain' } })), '413 too_large')
  t.equal((await fetch(door.url + '/hooks/known')).status, 201, 'by GET too')
  t.notOk(door.log.lines.some(line => line.includes('known')), 'the secret path is not in the log')
})

t.test('blobs go up with a token or a page, and down by signed links only', async t => {
  const door = await openDoor(t, { limits: { uploadBytes: 100_000 } })
  const mallory = await addTestUser(door.store, 'mallory')
  const bytes = Buffer.from('<script>alert(1)</script>')
  const authorization = `Bearer ${door.token}`
  const answer = await post(door, '/v1/blobs', { headers: { authorization, 'content-type': 'text/html', 'x-filename': encodeURIComponent('../../gr\u00fc\u00dfe\u202e "x".html') }, body: bytes })
  t.same(await answer.json(), { id: 'b1', name: 'gr\u00fc\u00dfe "x".html', contentType: 'text/html', size: bytes.length })
  const stored = await door.store.read(tx => tx.get<{ user_id: number, digest: Uint8Array, message_id: number | null }>('SELECT user_id, digest, message_id FROM attachment WHERE id = 1'))
  t.match(stored, { user_id: door.userId, message_id: null })
  t.same(Buffer.from(await door.blobs.read(stored!.digest)), bytes)

  t.equal(await kindOf(await post(door, '/v1/blobs', { body: 'x' })), '403 forbidden')
  t.equal(await kindOf(await post(door, '/v1/blobs', { headers: { authorization: 'Bearer kbx_no' }, body: 'x' })), '401 unauthenticated')
  t.equal(await kindOf(await post(door, '/v1/blobs', { headers: { authorization }, body: 'x'.repeat(100_001) })), '413 too_large')
  t.equal(await door.store.read(tx => tx.get<{ n: number }>('SELECT count(*) AS n FROM attachment')!.n), 1, 'what was refused left nothing')

  const got: [number, string][] = []
  const serving = await openDoor(t, {
    rooms: {
      download: async (userId, blobId) => {
        got.push([userId, blobId])
        const { Readable } = await import('node:stream')
        return { name: 'gr\u00fc\u00dfe "x".html', contentType: 'text/html', size: bytes.length, open: (part) => Readable.from([part ? bytes.subarray(part.start, part.end + 1) : bytes]) }
      }
    }
  })
  const { path, expiresAt } = serving.urls.sign(door.userId, 'b1')
  t.equal(expiresAt, serving.clock.now() + 300_000)
  const down = await fetch(serving.url + path)
  t.equal(await down.text(), bytes.toString())
  t.match(down.headers.get('content-disposition'), /^attachment; filename="gr__e _x_\.html"; filename\*=UTF-8''gr%C3%BC%C3%9Fe%20%22x%22\.html$/)
  t.match(down.headers.get('content-security-policy'), /^sandbox/)
  t.equal(down.headers.get('x-content-type-options'), 'nosniff')
  t.same(got, [[door.userId, 'b1']])
  const tampered = [
    path.replace('/b1', '/b2'),
    path.replace(`u=u${door.userId}`, `u=u${mallory}`),
    path.replace(/e=\d+/, `e=${expiresAt + 1}`),
    path.replace(/s=./, 's=_'),
    path.replace(/&s=.*/, ''),
    path.replace(/s=.*/, 's=' + createHmac('sha256', 'another key').update(`blob\nu${door.userId}\nb1\n${expiresAt}`).digest('base64url')),
    path + '&u=u2',
    '/v1/blobs/b1'
  ]
  for (const wrong of tampered) t.equal(await kindOf(await fetch(serving.url + wrong, { headers: { authorization: `Bearer ${serving.token}` } })), '403 forbidden', wrong.slice(0, 40))
  serving.clock.time = expiresAt
  t.equal(await kindOf(await fetch(serving.url + path)), '403 forbidden', 'expired')
  t.equal(got.length, 1)
  t.notOk(serving.log.lines.some(line => line.includes(path.slice(-20))), 'no signature in the log')
})
