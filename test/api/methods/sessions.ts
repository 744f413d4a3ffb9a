import t from 'tap'
import { openStage } from './stage.ts'

type Login = { id: string, name: string, current: boolean }

t.test('session, token, sync and rpc: who is connected, and what they hear', async (t) => {
  const { house, call, refused, client } = await openStage(t)
  t.match(await refused('session.hello', { protocol: 'kinbox.v1', client: { name: 'x', version: '1' } }), { kind: 'conflict', message: /answered already/ })
  t.match(await call('session.ping'), { seq: client.seq() })
  const { token, login } = await call<{ token: string, login: Login }>('token.create', { name: 'phone', expiresAt: '2099-01-01T00:00:00.000Z' })
  for (const expiresAt of ['2020-01-01T00:00:00.000Z', '2099-02-30T00:00:00.000Z']) t.match(await refused('token.create', { name: 'x', expiresAt }), { kind: 'invalid_params', message: /expiresAt/ }, expiresAt)
  for (const method of ['session.list', 'token.list']) t.match((await call<{ items: Login[] }>(method)).items.find(({ id }) => id === login.id), { name: 'phone', current: false })
  const phone = await house.client('ada', { token })
  t.same(await call('token.revoke', { id: login.id }), {})
  t.equal((await phone.closed).code, 4410)
  const other = (await call<{ items: Login[] }>('session.list')).items.find(({ current }) => !current)!
  t.same(await call('session.revoke', { id: other.id }), {})
  for (const method of ['token.revoke', 'session.revoke']) t.match(await refused(method, { id: 's999' }), { kind: 'not_found' }, method)
  t.match(await call('sync.subscribe', { folders: ['inbox'] }), { asOf: Number })
  t.match(await call('sync.unsubscribe'), { asOf: Number })
  t.match(await call('sync.snapshot'), { asOf: Number, counts: { inbox: 0, other: 0 } })
  t.same(await call('rpc.cancel', { id: 'none' }), { cancelled: false })
  t.match(await call('rpc.discover'), { openrpc: String, methods: Array })
})
