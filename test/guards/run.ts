/**
 * `npm run guards [words]`: takes each guard away in a copy of the tree, and sees its test fail there. Exit code 1 where one did not, or where the
 * test fails with all guards in place.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { guards } from './guards.ts'

const root = resolve(import.meta.dirname, '../..')
const tree = mkdtempSync(join(tmpdir(), 'kinbox-guards-'))
const words = process.argv.slice(2).join(' ')
const chosen = guards.filter(({ name, test }) => `${name} ${test}`.includes(words))
let bad = 0

try {
  for (const part of ['src', 'connectors', 'test', 'migrations', 'bin', 'config', 'sdk', 'docs', 'package.json', 'package-lock.json', 'tsconfig.json', '.taprc']) cpSync(join(root, part), join(tree, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  const run = (test: string) => spawnSync(process.execPath, [test], { cwd: tree, encoding: 'utf8', timeout: 180_000, env: { ...process.env, TAP: '1', TAP_TIMEOUT: '170' } })
  const say = (line: string) => void process.stdout.write(line + '\n')

  for (const test of new Set(chosen.map(({ test }) => test))) {
    if (run(test).status === 0) continue
    bad++
    say(`not ok: ${test} fails with all guards in place`)
  }
  for (const { name, file, find, without, test } of chosen) {
    const text = readFileSync(join(tree, file), 'utf8')
    if (text.split(find).length !== 2) {
      bad++
      say(`not ok: ${name}: its line stands ${text.split(find).length - 1} times in ${file}`)
      continue
    }
    writeFileSync(join(tree, file), text.replace(find, () => without))
    const { status, stdout } = run(test)
    writeFileSync(join(tree, file), text)
    // A test that does not even start says nothing about the guard.
    const failed = /^ {0,8}not ok \d+ - (.*)$/m.exec(stdout)?.[1]
    if (status === 0 || failed === undefined) bad++
    say(status === 0 ? `not ok: ${name}: ${test} did not notice` : failed === undefined ? `not ok: ${name}: ${test} did not run` : `ok: ${name}: ${failed}`)
  }
  say(`${chosen.length} guards, ${bad} that nothing holds`)
} finally {
  rmSync(tree, { recursive: true, force: true })
}
process.exitCode = bad === 0 ? 0 : 1
