import t from 'tap'
import { pino } from 'pino'
import { loadConfig } from '../../config/options.ts'
import { startApp } from '../../src/app.ts'
import { kinbox, temporary } from './terminal.ts'

t.test('a forgotten password is set anew at the terminal, and signs browsers out', async t => {
  const folder = await temporary(t)
  const { config } = loadConfig({ env: { KINBOX_DATA: folder, KINBOX_PORT: '0' } })
  const app = await startApp(config, pino({ level: 'silent' }))
  t.teardown(() => app.stop())
  const login = async (password: string) => fetch(`${app.url}/v1/login`, { method: 'POST', headers: { 'content-type': 'application/json', origin: app.url }, body: JSON.stringify({ name: 'ada', password }) })
  const ticket = async (cookie: string) => (await fetch(`${app.url}/v1/ws-ticket`, { method: 'POST', headers: { cookie, origin: app.url } })).status
  await kinbox(folder, ['user', 'add', 'ada'])
  t.equal((await login('correct horse')).status, 401, 'made without a password')

  t.match(await kinbox(folder, ['user', 'password', 'ada', '--password-stdin'], { input: 'correct horse\n' }), { code: 0, out: /ada/ })
  const first = await login('correct horse')
  t.equal(first.status, 200)
  const cookie = first.headers.getSetCookie()[0]!.split(';')[0]!
  t.equal(await ticket(cookie), 200)
  const token = (await kinbox(folder, ['token', 'create', '--user', 'ada'])).out.trim()

  t.match(await kinbox(folder, ['user', 'password', 'ada', '--password-stdin'], { input: 'battery staple' }), { code: 0, out: /1 browser .*signed out/ })
  t.equal((await login('correct horse')).status, 401)
  t.equal((await login('battery staple')).status, 200)
  t.equal(await ticket(cookie), 401, 'who had got in by the old one is out')
  t.match(await kinbox(folder, ['inbox'], { env: { KINBOX_URL: app.url, KINBOX_TOKEN: token } }), { code: 0 }, 'tokens of programs stay')

  t.match(await kinbox(folder, ['user', 'password', 'ada', '--password-stdin'], { input: 'short' }), { code: 1, err: /at least 8 characters/ })
  t.match(await kinbox(folder, ['user', 'password', 'eve', '--password-stdin'], { input: 'battery staple' }), { code: 1, err: /There is no user "eve". There are: ada/ })
  t.match(await kinbox(folder, ['user', 'password', 'ada']), { code: 2, err: /--password-stdin/ })
})
