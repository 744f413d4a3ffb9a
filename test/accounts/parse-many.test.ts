import { join } from 'node:path'
import { mock } from 'node:test'
import t from 'tap'
import { openParsePool } from '../../src/accounts/parse-pool.ts'
import type { Context } from '../../src/connector.ts'
import { connectorFolder, loops, looping, pigeon } from './folder.ts'

const context: Context = { own: [], region: null, folder: null, authserv: null, at: 1000 }

const source = pigeon(`async parse(raw) {
    const text = new TextDecoder().decode(raw)
    ${loops}
    if (text === 'throw') throw new Error('bad header')
    return [{ type: 'message', sender: { kind: 'roof', address: 'a', raw: 'a' }, recipients: [], direction: 'in', text, references: [], attachments: [] }]
  },`)

t.test('many at once come back in their order, with what their bytes come to; the bytes stay the caller\'s', async (t) => {
  const pool = openParsePool({ folders: [await connectorFolder(t, { 'pigeon.ts': source })], size: 2 })
  t.teardown(() => pool.close())
  const items = Array.from({ length: 100 }, (_, i) => ({ raw: Buffer.from(`mail ${i}`), context }))
  const results = await pool.many('pigeon', items, true)
  t.same(results.map((one) => one?.items.map((item) => 'message' in item && item.message.text)), items.map(({ raw }) => [raw.toString()]))
  t.same(results.map((one) => [one?.raw.size, one?.raw.digest.length, one?.proof]), items.map(({ raw }) => [raw.length, 32, null]))
  t.same(new Set(results.map((one) => Buffer.from(one!.raw.digest).toString('hex'))).size, 100)
  t.equal((await pool.many('pigeon', items.slice(0, 1), false))[0]?.proof, undefined, 'a proof that was not asked for is not there')
})

t.test('what cannot be read among many, or ends its worker, is looked at alone; the others go on', async (t) => {
  // Its time passes when the test says so: else a worker that is merely slow is ended, too.
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const folder = await connectorFolder(t, { 'pigeon.ts': source })
  const pool = openParsePool({ folders: [folder], size: 2, timeoutMs: 1000 })
  t.teardown(() => pool.close())
  const run = async (texts: string[]) => (await pool.many('pigeon', texts.map((text) => ({ raw: Buffer.from(text), context })), false)).map((one) => one !== null)
  t.same(await run(['a', 'throw', 'b']), [true, false, true])
  const running = run(['a', 'loop ' + join(folder, 'loops'), ...Array.from({ length: 40 }, () => 'c')])
  await looping(join(folder, 'loops'), 1)
  mock.timers.tick(1000)
  t.same(await running, [...Array.from({ length: 32 }, () => false), ...Array.from({ length: 10 }, () => true)], 'those that shared its worker, too')
  await t.rejects(pool.many('none', [{ raw: Buffer.from('a'), context }], false), /connector none could not be loaded/)
})

t.test('a worker that was warmed does one portion after another, also where reading waits for something', async (t) => {
  const waits = pigeon(`async parse(raw) {
    const all = globalThis as { busy?: number }
    all.busy = (all.busy ?? 0) + 1
    const { busy } = all
    await new Promise((resolve) => setTimeout(resolve, 1))
    all.busy--
    return [{ type: 'message', sender: { kind: 'roof', address: 'a', raw: 'a' }, recipients: [], direction: 'in', text: String(busy), references: [], attachments: [] }]
  },`)
  const pool = openParsePool({ folders: [await connectorFolder(t, { 'pigeon.ts': waits })], size: 2 })
  t.teardown(() => pool.close())
  pool.warm('pigeon')
  pool.warm('none')
  const results = await pool.many('pigeon', Array.from({ length: 80 }, () => ({ raw: Buffer.from('a'), context })), false)
  t.same(new Set(results.flatMap((one) => one!.items.map((item) => 'message' in item && item.message.text))), new Set(['1']))
  const closed = openParsePool({ folders: [], size: 1 })
  await closed.close()
  closed.warm('pigeon')
  await t.rejects(closed.many('pigeon', [{ raw: Buffer.from('a'), context }], false), /stopping/)
})
