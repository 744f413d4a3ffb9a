import { readFile } from 'node:fs/promises'
import t from 'tap'
import Type from 'typebox'
import { generated, protocolPage } from '../../src/api/docs.ts'
import { closes, errors } from '../../src/api/errors.ts'
import { method } from '../../src/api/method.ts'
import { methods } from '../../src/api/registry.ts'
import { strict } from '../../src/api/strict.ts'

const read = (path: string) => readFile(new URL('../../' + path, import.meta.url), 'utf8')

t.test('what is generated from the API is up to date', async t => {
  for (const [path, text] of generated(await read('docs/protocol.md'))) t.equal(await read(path) === text, true, `${path}; run: npm run docs`)
})

t.test('a page that asks for a part that there is not is refused', async t => {
  t.throws(() => protocolPage('<!-- generated: nonsense -->\n<!-- end -->', methods), /nonsense/)
  const lines = protocolPage('a\n<!-- generated: closes -->\nold\n<!-- end -->\nb', methods).split('\n')
  t.same([lines[0], lines.at(-1)], ['a', 'b'])
  t.equal(lines.includes('old'), false)
})

t.test('the example of every method is what it takes and answers', async t => {
  for (const one of methods) {
    t.equal(problem(() => one.check(one.example.params)), '', one.name + ' params')
    t.equal(one.wrongResult(one.example.result), '', one.name + ' result')
  }
})

t.test('names and codes are used once', async t => {
  const names = methods.map(one => one.name)
  t.same(names.filter((name, at) => names.indexOf(name) !== at), [])
  t.same(names.filter(name => !/^[a-z]+\.[a-zA-Z]+$/.test(name)), [])
  for (const table of [errors, closes]) {
    const codes = Object.values(table).map(({ code }) => code)
    t.equal(new Set(codes).size, codes.length)
  }
})

t.test('every object is closed to unknown properties, at every depth', async t => {
  const made = method({ name: 'a.b', summary: '', params: Type.Object({ list: Type.Array(Type.Object({ type: Type.String() })) }), result: Type.Null(), errors: [], example: { params: { list: [] }, result: null }, handle: () => null })
  t.equal(problem(() => made.check({ list: [{ type: 'x' }] })), '')
  t.equal(problem(() => made.check({ list: [{ type: 'x', y: 1 }] })), 'a.b: params.list[0].y is not known here')
  t.throws(() => strict(Type.Intersect([Type.Object({}), Type.Object({})])), /intersection/)
})

function problem(run: () => void): string {
  try {
    run()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}
