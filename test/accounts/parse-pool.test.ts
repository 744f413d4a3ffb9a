import { join } from 'node:path'
import { mock } from 'node:test'
import t from 'tap'
import { openParsePool, Unreadable } from '../../src/accounts/parse-pool.ts'
import type { Context } from '../../src/connector.ts'
import { connectorFolder, loops, looping, pigeon } from './folder.ts'

const context: Context = { own: [{ kind: 'roof', address: 'mine' }], region: null, folder: { name: 'INBOX', role: 'inbox' }, authserv: null, at: 1000 }

/** A parser that does what the bytes say. */
const source = pigeon(`async parse(raw, context) {
    const text = new TextDecoder().decode(raw)
    ${loops}
    if (text === 'memory') { const all = []; for (;;) all.push(new Array(100000).fill({})) }
    if (text === 'exit') process.exit(3)
    if (text === 'throw') throw new Error('bad header')
    if (text === 'function') return [(() => 1) as never]
    const content = new Uint8Array(100000).fill(7)
    return [{ type: 'message', sender: { kind: 'roof', address: 'a', raw: 'a' }, recipients: [], direction: 'in', text: text + ' in ' + context.folder?.name + ' env ' + Object.keys(process.env).length, references: [],
      attachments: [{ name: 'a', contentType: 'x/y', content, inline: false }, { name: 'b', contentType: 'x/y', content, inline: false }, { name: 'c', contentType: 'x/y', content: Buffer.from('small'), inline: false }] }]
  },`)

t.test('hostile content costs a worker, never the server', async (t) => {
  const folder = await connectorFolder(t, { 'pigeon.ts': source, 'broken.ts': 'throw new Error("no")' })
  // The kill timer goes when the test says so: on a busy machine whoever is to run out of memory has the time for it, and nobody else is ended.
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const pool = openParsePool({ folders: [folder], size: 2, timeoutMs: 2000, heapMb: 48 })
  t.teardown(() => pool.close())
  const parse = (text: string, kind = 'pigeon') => pool.parse(kind, Buffer.from(text), context)

  const raw = Buffer.from('hello')
  const [message] = await pool.parse('pigeon', raw, context)
  t.match(message, { text: 'hello in INBOX env 0', attachments: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] })
  t.same(message?.type === 'message' && message.attachments.map(({ content }) => [content.length, content[0]]), [[100000, 7], [100000, 7], [5, 115]])
  t.equal(raw.toString(), 'hello', 'the bytes stay the caller\'s')

  const loop = 'loop ' + join(folder, 'loops')
  const unreadable: [string, RegExp][] = [['memory', /more than 48 MB of memory/], ['exit', /its parser crashed/], ['throw', /its content is malformed/], ['function', /its content is malformed/]]
  const good = Array.from({ length: 6 }, (_, i) => parse('good ' + i))
  const endless = parse(loop).then(() => null, (error: unknown) => error)
  await looping(join(folder, 'loops'), 1)
  t.equal((await Promise.all(good)).length, 6, 'others go on')
  mock.timers.tick(2000)
  await looping(join(folder, 'loops'), 2)
  mock.timers.tick(2000)
  const late = await endless
  t.ok(late instanceof Unreadable && /could not be read: reading it took more than 2 seconds/.test(late.message), `loop: ${String(late)}`)
  for (const [text, words] of unreadable) {
    const error = await parse(text).then(() => null, (error: unknown) => error)
    t.ok(error instanceof Unreadable && words.test(error.message), `${text}: ${String(error)}`)
  }
  t.match(await parse('after'), [{ text: 'after in INBOX env 0' }], 'and so does the pool')
  for (const kind of ['none', 'broken', '../pigeon']) {
    const error = await parse('x', kind).then(() => null, (error: unknown) => error)
    t.ok(error instanceof Error && !(error instanceof Unreadable), `${kind} is not the content's fault`)
  }
  const waiting = parse(loop)
  const ended = t.rejects(waiting, { message: /stopping/ })
  await pool.close()
  await ended
  await t.rejects(parse('late'), { message: /stopping/ })
})
