/** The test command: real servers, then tap, then the closing line. Exit code 0 only when something passed, nothing failed, and every skip is allowed. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { globSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { installServers, mayInstall, missingServers } from './test-servers.ts'
import { joined, tapReader } from './tap-report.ts'
import type { TapReport } from './tap-report.ts'
import { readAllowed, refusedSkips } from './allowed-skips.ts'

/** Ten minutes on two idle cores; the rest is for a machine that is busy with other things. */
const hardLimit = 20 * 60_000
const inCi = process.env['CI'] === 'true' || process.env['CI'] === '1'
const say = (text: string) => process.stdout.write(text + '\n')

let missing = missingServers()
if (missing.length > 0 && mayInstall()) {
  installServers(missing, say)
  missing = missingServers()
}
if (missing.length > 0) {
  say(`Not installed here: ${missing.map(({ name }) => name).join(', ')}. The tests that need it are skipped. To run them:`)
  say(`  sudo apt-get install ${missing.flatMap(({ packages }) => packages).join(' ')}`)
}

const allowed = readAllowed(readFileSync(new URL('../test/allowed-skips.txt', import.meta.url), 'utf8'))

/** They take minutes and wait for much of them: one after the other, beside all the others, which .taprc runs two at a time. Each side takes as long. */
const waiting = ['test/rigs/faults.test.ts', 'test/rigs/kill.test.ts']
const given = process.argv.slice(2)
const lanes = given.length > 0 ? [given] : [['--jobs=1', ...waiting], globSync('test/**/*.test.ts').filter(file => !waiting.includes(file))]

// What one process has compiled, the next hundred need too.
const env = { ...process.env, NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(import.meta.dirname, '../node_modules/.cache/kinbox-tests') }
// Each tap clears it when it begins: not under the other's feet.
rmSync('.tap/processinfo', { recursive: true, force: true })
const running: ChildProcess[] = []
const endGroups = () => {
  for (const { pid } of running) {
    try {
      process.kill(-pid!, 'SIGKILL')
    } catch {
      // nothing of it is left
    }
  }
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    endGroups()
    process.exit(1)
  })
}
let timedOut = false
const told = new Set<string>()
setTimeout(() => {
  timedOut = true
  say(`The tests took longer than ${hardLimit / 60_000} minutes and were stopped. Each lane tells its files in their order; the first of these was not done:`)
  for (const files of lanes) for (const name of files.filter(name => !name.startsWith('-') && !told.has(name)).sort().slice(0, 3)) say(`  ${name}`)
  endGroups()
}, hardLimit).unref()

const ended = await Promise.all(lanes.map(runTap))
close(Math.max(...ended.map(({ code }) => code)), joined(ended.map(({ report }) => report)))

/** One tap and what it said. Its code is 0 only when it says so. */
function runTap(args: string[]): Promise<{ code: number, report: TapReport }> {
  // A group of its own, and pipes: a daemon that a dying test leaves behind holds neither the caller's terminal nor its pipe.
  const tap = spawn('tap', ['run', '--reporter=tap', ...args], { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env })
  running.push(tap)
  const reader = tapReader(({ ok, name, ms, lines }) => {
    told.add(name)
    say(`${ok ? 'ok    ' : 'FAILED'} ${name} (${(ms / 1000).toFixed(1)} s)`)
    if (!ok) say(lines.filter(line => !/^ *(ok \d|\d+\.\.\d+$|$)/.test(line)).map(line => '    ' + line).join('\n'))
  })
  createInterface({ input: tap.stdout }).on('line', line => reader.line(line))
  tap.stderr.pipe(process.stderr, { end: false })
  return new Promise(resolve => {
    const end = (code: number) => resolve({ code, report: reader.report() })
    tap.on('error', error => {
      say(`tap could not be started (${error.message}). Run npm ci.`)
      end(1)
    })
    // 'exit' and a moment for what is still in the pipe; 'close' would wait for whoever inherited it.
    tap.on('exit', code => {
      const late = setTimeout(() => end(code ?? 1), 2000)
      tap.stdout.on('end', () => {
        clearTimeout(late)
        setImmediate(() => end(code ?? 1))
      })
    })
  })
}

function close(code: number, { counts, skipped, failed }: TapReport): void {
  endGroups()
  const refused = refusedSkips(skipped, allowed, { inCi, missing: missing.map(({ name }) => name) })
  if (skipped.length > 0) say('Skipped:')
  for (const { name, why } of skipped) say(`  ${name}: ${why}`)
  for (const { name } of refused) say(`This skip is not allowed (test/allowed-skips.txt lists those that are): ${name}`)
  if (failed.length > 0) say('Failed:')
  for (const name of failed) say(`  ${name}`)
  if (!counts) say('tap ended without a summary.')
  const passed = counts?.pass ?? 0
  const failures = counts ? counts.fail : 1
  if (passed === 0) say('No assertion passed: that is a failure too.')
  const good = code === 0 && !timedOut && failures === 0 && passed > 0 && refused.length === 0
  process.exitCode = good ? 0 : 1
  process.stdout.write(`${passed} passed, ${failures} failed, ${counts ? counts.skip + counts.todo : 0} skipped\n`, () => process.exit())
}
