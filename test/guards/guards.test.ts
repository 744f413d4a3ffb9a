import t from 'tap'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { guards } from './guards.ts'

const root = resolve(import.meta.dirname, '../..')

t.test('each guard stands where npm run guards looks for it, once', async (t) => {
  for (const { name, file, find, without, test } of guards) {
    t.equal(readFileSync(join(root, file), 'utf8').split(find).length - 1, 1, `${name}, in ${file}`)
    t.ok(find !== without && existsSync(join(root, test)), name)
  }
  t.equal(new Set(guards.map(({ name }) => name)).size, guards.length, 'names')
})
