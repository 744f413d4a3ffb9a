import t, { type Test } from 'tap'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

function temporary(test: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'kinbox bin-'))
  test.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A program called `node` that says it is this version and prints its arguments otherwise. */
function fakeNode(folder: string, version: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'node'), `#!/bin/sh\nif [ "$1" = --version ]; then echo ${version}; else echo "${version} runs" "$@"; fi\n`, { mode: 0o755 })
}

function run(file: string, args: string[], path: string, cwd: string) {
  const { status, stdout, stderr } = spawnSync(file, args, { cwd, env: { PATH: `${path}:/usr/bin:/bin` }, encoding: 'utf8' })
  return { status, stdout, stderr }
}

t.test('bin/kinbox finds its Node through symlinks, from any folder', async t => {
  const folder = temporary(t)
  fakeNode(join(folder, 'old'), 'v20.20.2')
  symlinkSync(join(root, 'bin/kinbox'), join(folder, 'first'))
  symlinkSync('first', join(folder, 'second'))
  t.match(run(join(folder, 'second'), ['--help'], join(folder, 'old'), folder), { status: 0, stdout: /Usage: kinbox/ })
  t.match(run(join(folder, 'second'), ['frob'], join(folder, 'old'), folder), { status: 2, stderr: /unknown command/ }, 'its exit code comes through')
})

t.test('bin/kinbox without a Node of its own', async t => {
  const folder = temporary(t)
  const house = join(folder, 'house')
  cpSync(join(root, 'bin/kinbox'), join(house, 'bin/kinbox'))
  fakeNode(join(folder, 'old'), 'v20.20.2')
  fakeNode(join(folder, 'new'), 'v26.1.0')
  const kinbox = join(house, 'bin/kinbox')
  t.match(run(kinbox, ['serve'], join(folder, 'old'), folder), { status: 1, stderr: /needs Node 24 or newer; found: v20.20.2.[\s\S]*npm ci/ })
  t.match(run(kinbox, ['serve'], join(folder, 'new'), folder), { status: 1, stderr: /not installed. Run: .*npm ci/ })
  mkdirSync(join(house, 'node_modules'))
  t.match(run(kinbox, ['serve', 'a b'], join(folder, 'new'), folder), { status: 0, stdout: `v26.1.0 runs --max-semi-space-size=8 ${house}/src/main.ts serve a b\n` }, "the system's own will do")
  fakeNode(join(house, 'node_modules/.bin'), 'v24.21.0')
  t.match(run(kinbox, ['--node', 'x.ts'], join(folder, 'new'), folder), { status: 0, stdout: 'v24.21.0 runs x.ts\n' }, 'the one that came along goes first')
})
