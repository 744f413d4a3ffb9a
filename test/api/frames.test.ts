import fc from 'fast-check'
import t from 'tap'
import Type from 'typebox'
import { method } from '../../src/api/method.ts'
import type { Method } from '../../src/api/method.ts'
import { methods } from '../../src/api/registry.ts'
import { failureOf } from '../fixtures/client.ts'
import type { Client } from '../fixtures/client.ts'
import { openDoor } from '../fixtures/door.ts'

const define = (name: string, handle: Method['handle'], orderBy?: (params: { key?: string }) => string) => method({
  name,
  summary: 'for this test',
  params: Type.Object({ key: Type.Optional(Type.String()), folder: Type.Optional(Type.Enum(['inbox', 'other'])), limit: Type.Optional(Type.Integer({ maximum: 200 })), to: Type.Optional(Type.Object({ kind: Type.String() })) }),
  result: Type.Unknown(),
  errors: [],
  example: { params: {}, result: null },
  ...(orderBy ? { orderBy } : {}),
  handle
})

async function refused(client: Client, frame: string, id: unknown = null): Promise<string> {
  const before = client.stray.length
  client.raw(frame)
  await client.until(() => client.stray.length > before)
  const { id: answered, error } = client.stray.at(-1)!
  return answered === id ? `${error?.data.kind} ${error?.code}` : `the wrong id ${JSON.stringify(answered)}`
}

t.test('frames that are no requests are answered, and the socket lives on', async t => {
  const door = await openDoor(t)
  const client = await door.client()
  const cases: [string, string, unknown?][] = [
    ['not json', 'parse_error -32700'],
    ['', 'parse_error -32700'],
    ['[]', 'invalid_request -32600'],
    ['[{"jsonrpc":"2.0","id":900,"method":"session.ping"}]', 'invalid_request -32600'],
    ['null', 'invalid_request -32600'],
    ['"text"', 'invalid_request -32600'],
    ['{"id":900,"method":"session.ping"}', 'invalid_request -32600', 900],
    ['{"jsonrpc":"2.0","id":900}', 'invalid_request -32600', 900],
    ['{"jsonrpc":"2.0","id":900,"method":7}', 'invalid_request -32600', 900],
    ['{"jsonrpc":"2.0","method":"session.ping"}', 'invalid_request -32600'],
    ['{"jsonrpc":"2.0","id":{},"method":"session.ping"}', 'invalid_request -32600'],
    ['{"jsonrpc":"2.0","id":1.5,"method":"session.ping"}', 'invalid_request -32600'],
    ['{"jsonrpc":"2.0","id":900,"result":1}', 'invalid_request -32600', 900],
    ['{"jsonrpc":"2.0","id":900,"method":"no.such"}', 'method_not_found -32601', 900],
    ['{"jsonrpc":"2.0","id":900,"method":"__proto__"}', 'method_not_found -32601', 900],
    ['{"jsonrpc":"2.0","id":900,"method":"session.ping","params":[]}', 'invalid_params -32602', 900],
    [`{"jsonrpc":"2.0","id":900,"method":"session.ping","params":${'['.repeat(40)}${']'.repeat(40)}}`, 'invalid_request -32600'],
    ['['.repeat(200_000), 'invalid_request -32600']
  ]
  for (const [frame, answer, id] of cases) t.equal(await refused(client, frame, id), answer, frame.slice(0, 70))
  t.match(await client.call('session.ping'), { seq: client.hello.head })
  const nested = `"${'['.repeat(60)}"`
  t.equal(await refused(client, `{"jsonrpc":"2.0","id":900,"method":"session.ping","params":{"x":${nested}}}`, 900), 'invalid_params -32602', 'brackets in a string are no depth')
})

t.test('whatever comes, it is answered once, and the next request too', async t => {
  const door = await openDoor(t)
  const client = await door.client()
  const request = fc.record({ jsonrpc: fc.constantFrom('2.0', 2), id: fc.oneof(fc.jsonValue(), fc.constant('x')), method: fc.oneof(fc.string(), fc.constantFrom('session.hello', 'sync.subscribe', 'token.create', 'rpc.cancel')), params: fc.jsonValue() }, { requiredKeys: [] })
  const frames = fc.sample(fc.oneof(fc.string(), fc.json(), request.map(value => JSON.stringify(value))), { numRuns: 400, seed: 20300101 })
  for (const frame of frames) {
    const before = client.stray.length
    client.raw(frame)
    await client.call('session.ping')
    await client.until(() => client.stray.length > before)
    if (client.stray.length !== before + 1 || client.stray.at(-1)!.error?.data.kind === 'internal') return void t.same(client.stray.slice(before), [], frame)
  }
  t.equal(client.stray.length, frames.length)
})

t.test('frames that end the socket', async t => {
  const door = await openDoor(t)
  const binary = await door.client()
  const large = await door.client()
  const huge = await door.client()
  binary.raw(Buffer.from('{}'))
  t.equal((await binary.closed).code, 4400, 'binary')
  large.raw(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'session.ping', params: { x: 'x'.repeat(256 * 1024) } }))
  t.equal((await large.closed).code, 4400, 'over 256 KiB')
  t.match(large.stray, [{ error: { data: { kind: 'too_large' } } }])
  huge.raw('x'.repeat(2 * 1024 * 1024))
  t.equal((await huge.closed).code, 1009, 'far over')
})

t.test('wrong parameters are told by their path', async t => {
  const door = await openDoor(t, { more: [define('test.echo', (_ctx, params) => Promise.resolve(params))] })
  const client = await door.client()
  const cases: [object, string][] = [
    [{ limit: 201 }, 'test.echo: params.limit must be <= 200'],
    [{ limit: '5' }, 'test.echo: params.limit must be integer'],
    [{ folder: 'spam' }, 'test.echo: params.folder must be one of "inbox", "other"'],
    [{ to: {} }, 'test.echo: params.to.kind is missing'],
    [{ to: { kind: 'email', x: 1 } }, 'test.echo: params.to.x is not known here']
  ]
  for (const [params, message] of cases) t.match(await failureOf(client.call('test.echo', params)), { kind: 'invalid_params', message })
  t.same(await client.call('test.echo', { folder: 'other' }), { folder: 'other' })
})

t.test('requests in flight: bounded, cancellable, in order by key', async t => {
  const waiting: (() => void)[] = []
  const done: string[] = []
  const door = await openDoor(t, {
    limits: { inFlight: 4 },
    more: [
      define('test.wait', (_ctx, params) => new Promise(resolve => {
        waiting.push(() => {
          done.push((params as { key?: string }).key ?? '')
          resolve(null)
        })
      }), params => params.key ?? ''),
      define('test.free', ctx => new Promise((resolve, reject) => {
        ctx.signal.addEventListener('abort', () => reject(new Error('stopped half way')))
        waiting.push(() => resolve(null))
      }))
    ]
  })
  const client = await door.client()
  const first = client.call('test.wait', { key: 'c1' })
  const second = client.call('test.wait', { key: 'c1' })
  const other = client.call('test.wait', { key: 'c2' })
  await client.call('session.ping')
  t.equal(waiting.length, 2, 'the second of one key waits for the first; another key does not')
  const ids = { jsonrpc: '2.0', id: 2, method: 'session.ping' }
  client.raw(JSON.stringify(ids))
  t.match(await failureOf(first), { kind: 'invalid_request' }, 'an id that is in flight')
  void client.call('test.free').catch(() => undefined)
  t.match(await failureOf(client.call('session.ping')), { kind: 'rate_limited', retryable: true }, 'a fifth')
  for (const end of waiting.splice(0)) end()
  await client.until(() => waiting.length === 1)
  waiting.shift()!()
  await Promise.all([second, other])
  t.same(done, ['c1', 'c2', 'c1'])

  const long = client.call('test.free')
  const id = 8   // hello is 1, and every call counts one
  const answer = await client.call<{ cancelled: boolean }>('rpc.cancel', { id })
  t.equal(answer.cancelled, true)
  t.equal((await failureOf(long)).message, 'the request was cancelled')
  t.same(await client.call('rpc.cancel', { id: 'none' }), { cancelled: false })
})

t.test('rpc.discover tells every method there is', async t => {
  const door = await openDoor(t)
  const client = await door.client()
  const answer = await client.call<{ methods: { name: string, params: { name: string, required: boolean }[] }[] }>('rpc.discover')
  t.same(answer.methods.map(one => one.name), methods.map(one => one.name))
  t.match(answer.methods.find(one => one.name === 'session.revoke')?.params, [{ name: 'id', required: true }])
})

t.test('our own mistakes have a reference in the log, and answers are bounded and checked', async t => {
  const door = await openDoor(t, {
    more: [
      define('test.throw', () => Promise.reject(new Error('the secret inside'))),
      define('test.large', () => Promise.resolve('x'.repeat(1024 * 1024))),
      define('test.refuse', () => Promise.reject(Object.assign(new Error('Carol has no number.'), { kind: 'not_found' }))),
      method({ name: 'test.lies', summary: '', params: Type.Object({}), result: Type.Object({ a: Type.String() }), errors: [], example: { params: {}, result: { a: '' } }, handle: () => ({ a: 'x', b: 1 }) })
    ]
  })
  const client = await door.client()
  const error = await client.call('test.throw').catch((error: Error & { kind: string }) => error) as Error & { kind: string }
  t.equal(error.kind, 'internal')
  const reference = /[0-9a-f]{8}$/.exec(error.message)![0]
  t.notMatch(error.message, /secret/)
  t.ok(door.log.lines.some(line => line.includes(reference) && line.includes('the secret inside')))
  t.match(await failureOf(client.call('test.large')), { kind: 'too_large' })
  t.match(await failureOf(client.call('test.refuse')), { kind: 'not_found', code: -32003, message: 'Carol has no number.' })
  t.match(await failureOf(client.call('test.lies')), { kind: 'internal' }, 'a result that is not as declared')
})

t.test('who asks too fast is warned, then closed', async t => {
  const door = await openDoor(t, { limits: { burst: 20, rate: 1, rateWarnings: 5 }, deps: { monotonic: () => 0 } })
  const client = await door.client()
  const calls = await Promise.allSettled(Array.from({ length: 24 }, () => client.call('session.ping')))
  t.equal(calls.filter(call => call.status === 'fulfilled').length, 19, 'hello was the first of twenty')
  t.equal(calls.filter(call => call.status === 'rejected' && call.reason.kind === 'rate_limited' && call.reason.retryAfterMs === 1000).length, 5)
  client.raw('{}')
  t.equal((await client.closed).code, 4429)
})
