import t from 'tap'
import type { Test } from 'tap'
import { loadConfig } from '../../config/options.ts'
import { startApp } from '../../src/app.ts'
import { openDoorCodes } from '../../src/api/door-codes.ts'
import { tempFolder, testClock, testLog } from '../fixtures/store.ts'

/** A server without users, and what a page posts to it. */
async function fresh(t: Test) {
  const log = testLog()
  const clock = testClock()
  const app = await startApp({ ...loadConfig({ env: {} }).config, data: await tempFolder(t), port: 0 }, log, { clock })
  t.teardown(() => app.stop())
  const post = async (path: string, body: object, headers: Record<string, string> = { origin: app.url }) => {
    const response = await fetch(app.url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
    const { error } = await response.json() as { error?: { kind: string, message: string } }
    return { status: response.status, cookie: response.headers.get('set-cookie'), ...error }
  }
  const needed = async () => await (await fetch(app.url + '/v1/setup')).json()
  return { app, log, clock, post, needed }
}
const user = { name: 'ada', password: 'correct horse battery' }

t.test('the first user is made with the code of the terminal, by nobody else, once', async (t) => {
  const { app, log, post, needed } = await fresh(t)
  const code = await app.doorCode()
  t.equal(await app.doorCode(), code, 'the same as long as it is not used')
  t.same(await needed(), { needed: true })
  t.match(await post('/v1/setup', { ...user, code: 'AAAA-AAAA-AAAA' }), { status: 401, kind: 'unauthenticated', message: /terminal/, cookie: null })
  t.match(await post('/v1/setup', user), { status: 400, kind: 'invalid_params' }, 'not without a code, from loopback neither')
  t.match(await post('/v1/setup', { ...user, code }, {}), { status: 403 }, 'a page tells its origin')
  t.match(await post('/v1/setup', { ...user, code }, { origin: 'http://evil.test' }), { status: 403 })
  t.match(await post('/v1/setup', { ...user, name: ' ', code }), { status: 400, message: /user name starts with a letter/ })
  t.match(await post('/v1/setup', { ...user, password: 'short', code }), { status: 400, message: /at least 8/ })
  t.match(await post('/v1/enter', { code }), { status: 401 }, 'it logs nobody in')
  t.same(await needed(), { needed: true }, 'after all that there is nobody')

  const both = await Promise.all([post('/v1/setup', { ...user, code }), post('/v1/setup', { ...user, name: 'mallory', code })])
  t.same(both.map(({ status }) => status).sort(), [200, 400], 'however many ask at once')
  t.match(both.find(({ status }) => status === 200)?.cookie, /^kinbox=kbx_.*HttpOnly.*SameSite=Strict/)
  t.equal((await app.admin.userList({})).length, 1)
  t.same(await needed(), { needed: false })
  t.equal(await app.doorCode(), null)
  t.match(await post('/v1/setup', { ...user, name: 'bob', code }), { status: 409, kind: 'conflict', message: /log in/ })
  t.equal(log.lines.join().includes(code!) || log.lines.join().includes(user.password), false)
})

t.test('guessing codes is slowed down', async (t) => {
  const { post } = await fresh(t)
  const seen = new Set<number>()
  for (let tries = 0; tries < 10; tries++) seen.add((await post('/v1/setup', { ...user, code: `AAAA-AAAA-AAA${tries}` })).status)
  t.same([...seen], [401, 429])
})

t.test('a code logs a user in, once, within an hour', async (t) => {
  const { app, clock, post } = await fresh(t)
  await app.admin.userAdd({ name: 'ada', password: null })
  t.equal(await app.doorCode('bob'), null)
  const code = (await app.doorCode('ada'))!
  t.match(await post('/v1/setup', { ...user, code }), { status: 409 })
  t.match(await post('/v1/enter', { code }, { origin: 'http://evil.test' }), { status: 403 })
  t.match(await post('/v1/enter', { code: ` ${code.replaceAll('-', '').toLowerCase()}` }), { status: 200, cookie: /^kinbox=/ })
  t.match(await post('/v1/enter', { code }), { status: 401 })
  const late = (await app.doorCode('ada'))!
  clock.time += 3600_000
  t.match(await post('/v1/enter', { code: late }), { status: 401 })
})

t.test('codes: read aloud or typed, they are the same; none twice', async (t) => {
  const codes = openDoorCodes({ clock: testClock() })
  const made = Array.from({ length: 200 }, () => codes.issue({ userId: 7 }))
  t.equal(new Set(made).size, 200)
  const withDigits = made.find((code) => /0/.test(code) && /1/.test(code))!
  t.same(codes.look(withDigits.replaceAll('0', 'o').replaceAll('1', 'l')), { userId: 7 }, withDigits)
  t.equal(codes.look('0000-0000-0000'), null)
  const first = codes.issue({ firstUser: true })
  codes.spend(first)
  t.equal(codes.look(first), null)
  t.equal(codes.issue({ firstUser: true }) === first, false)
})
