import t from 'tap'
import { openHouse } from '../fixtures/house.ts'

const listed = 'https://www.example.org'
const login = { name: 'bob', password: 'correct horse battery' }

t.test('a page of a listed origin may read what the routes of its session answer; any other may not', async (t) => {
  const house = await openHouse(t, { config: { origins: [listed] } })
  await house.addUser(login.name, login.password)
  const ask = async (method: string, path: string, origin: string, headers: Record<string, string> = {}, body?: object) => {
    const response = await fetch(house.app.url + path, { method, headers: { origin, ...headers, ...body ? { 'content-type': 'application/json' } : {} }, ...body ? { body: JSON.stringify(body) } : {} })
    await response.text()
    return { status: response.status, may: [response.headers.get('access-control-allow-origin'), response.headers.get('access-control-allow-credentials')], cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '', headers: response.headers }
  }
  const asked = await ask('OPTIONS', '/v1/login', listed, { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' })
  t.same([asked.status, asked.may, asked.headers.get('access-control-allow-methods'), asked.headers.get('access-control-allow-headers')], [204, [listed, 'true'], 'POST', 'content-type'])
  const { status, may, cookie } = await ask('POST', '/v1/login', listed, {}, login)
  t.same([status, may], [200, [listed, 'true']])
  t.same((await ask('POST', '/v1/ws-ticket', listed, { cookie })).may, [listed, 'true'])
  const refused = await ask('POST', '/v1/ws-ticket', listed)
  t.same([refused.status, refused.may], [401, [listed, 'true']], 'that nobody is signed in is told, too')

  for (const origin of ['https://evil.test', 'null', listed + '.evil.test']) {
    for (const [method, path] of [['OPTIONS', '/v1/login'], ['POST', '/v1/login'], ['POST', '/v1/ws-ticket'], ['POST', '/v1/logout']] as const) {
      const { status, may } = await ask(method, path, origin, { cookie }, method === 'POST' && path === '/v1/login' ? login : undefined)
      t.same([status, may], [403, [null, null]], `${origin} ${method} ${path}`)
    }
  }
  t.same((await ask('GET', '/v1/ws', listed)).may, [null, null], 'nothing else is shared')
  const out = await ask('POST', '/v1/logout', listed, { cookie })
  t.same([out.status, out.may], [200, [listed, 'true']])
})
