import t from 'tap'
import { connectorKinds, loadConnector } from '../../src/accounts/load.ts'
import { backoff } from '../../src/accounts/backoff.ts'
import { cachingResolver } from '../../src/accounts/resolver.ts'
import { prover } from '../../src/accounts/prove.ts'
import type { Connector, Context, Proof } from '../../src/connector.ts'
import { testClock, testLog } from '../fixtures/store.ts'
import { connectorFolder, pigeon } from './folder.ts'

t.test('one file or folder is a connector', async (t) => {
  const folder = await connectorFolder(t, {
    'pigeon.ts': pigeon(''), 'owl/index.ts': pigeon("title: 'Owls',"), 'owl/parse.ts': '', 'Not A Kind.ts': '', 'empty/readme.md': '', 'broken.ts': 'export const connector = {}', 'notes.md': ''
  })
  const second = await connectorFolder(t, { 'pigeon.ts': pigeon("title: 'Other pigeons',"), 'carrier-2.ts': pigeon('') })
  const folders = [folder, second, folder + '/missing']
  t.same(connectorKinds(folders), ['broken', 'carrier-2', 'owl', 'pigeon'])
  const loaded = await loadConnector(folders, 'pigeon')
  t.equal(loaded.title, 'Pigeons', 'the first folder wins, and #connector is found from anywhere')
  t.equal(await loadConnector(folders, 'pigeon'), loaded, 'loaded once')
  t.equal((await loadConnector(folders, 'owl')).title, 'Owls')
  for (const kind of ['', '..', '../pigeon', 'owl/index', 'Pigeon', 'pigeon.ts', 'none', '%2e%2e', 'a\0b', 'x'.repeat(100)]) {
    await t.rejects(loadConnector(folders, kind), { kind: 'invalid_params', message: /There is no connector .*broken, carrier-2, owl, pigeon/ }, JSON.stringify(kind))
  }
  await t.rejects(loadConnector(folders, 'broken'), { message: /does not export/ })
})

t.test('back-off is exponential with full jitter', async (t) => {
  const top = backoff({ baseMs: 1000, maxMs: 60_000, random: () => 0.999999 })
  t.same(Array.from({ length: 8 }, () => Math.ceil(top.next() / 1000)), [1, 2, 4, 8, 16, 32, 60, 60])
  top.reset()
  t.equal(Math.ceil(top.next() / 1000), 1)
  t.equal(backoff({ baseMs: 1000, maxMs: 60_000, random: () => 0 }).next(), 0)
  const long = backoff({ baseMs: 1000, maxMs: 60_000, random: () => 1 })
  for (let i = 0; i < 5000; i++) long.next()
  t.equal(long.next(), 60_000)
})

t.test('the resolver remembers, asks once, and gives up', async (t) => {
  const clock = testClock()
  const asked: string[] = []
  const answers: Record<string, unknown> = { 'a.example': [['v=1']], 'none.example': Object.assign(new Error('no'), { code: 'ENOTFOUND' }), 'down.example': Object.assign(new Error('down'), { code: 'ESERVFAIL' }) }
  const resolve = cachingResolver({
    clock, max: 3, timeoutMs: 20, positiveMs: 1000, negativeMs: 100,
    ask: async (name, type) => {
      asked.push(`${type} ${name}`)
      const answer = answers[name]
      if (answer instanceof Error) throw answer
      return answer === undefined ? await new Promise<unknown[]>(() => undefined) : answer as unknown[]
    }
  })
  t.same(await Promise.all([resolve('a.example', 'TXT'), resolve('A.Example.', 'TXT'), resolve('a.example', 'TXT')]), [[['v=1']], [['v=1']], [['v=1']]])
  t.same(asked.splice(0), ['TXT a.example'], 'one question')
  await t.rejects(resolve('none.example', 'TXT'), { message: 'no' })
  await t.rejects(resolve('none.example', 'TXT'), { message: 'no' })
  t.same(asked.splice(0), ['TXT none.example'], '"there is none" is remembered')
  await t.rejects(resolve('down.example', 'MX'), { message: 'down' })
  await t.rejects(resolve('down.example', 'MX'), { message: 'down' })
  t.same(asked.splice(0), ['MX down.example', 'MX down.example'], 'a failure is not')
  await t.rejects(resolve('silent.example', 'A'), { code: 'ETIMEOUT', message: /did not answer/ })
  asked.splice(0)
  clock.time += 100
  await t.rejects(resolve('none.example', 'TXT'), { message: 'no' })
  await resolve('a.example', 'TXT')
  t.same(asked.splice(0), ['TXT none.example'], 'each for its time')
  answers['b.example'] = answers['c.example'] = answers['d.example'] = []
  for (const name of ['b.example', 'c.example', 'd.example', 'a.example']) await resolve(name, 'TXT')
  t.same(asked, ['TXT b.example', 'TXT c.example', 'TXT d.example', 'TXT a.example'], 'and only so many')
})

t.test('a proof that cannot be had proves nothing', async (t) => {
  const log = testLog()
  const proofs: Record<string, Connector['prove']> = {
    good: async (): Promise<Proof> => ({ level: 'verified', evidence: ['signed'] }),
    throws: async () => { throw new Error('key=hunter2') },
    hangs: () => new Promise(() => undefined)
  }
  const prove = prover({ connector: async (kind) => ({ prove: proofs[kind] }) as Connector, dns: async () => [], timeoutMs: 20, log })
  const context: Context = { own: [], region: null, folder: null, authserv: null, at: 0 }
  t.same(await prove('good', new Uint8Array(), context), { level: 'verified', evidence: ['signed'] })
  t.match(await prove('throws', new Uint8Array(), context), { level: 'unverified', temporary: true })
  t.match(await prove('hangs', new Uint8Array(), context), { level: 'unverified', temporary: true, evidence: [/in time/] })
  t.equal(await prove('none', new Uint8Array(), context), null)
  t.notOk(log.lines.join().includes('hunter2'))
})
