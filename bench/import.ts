import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { splitMbox } from '../src/cli/mbox.ts'
import { argument, median, times } from './parts/figures.ts'
import { writeMbox } from './parts/archive.ts'
import { printTable } from './parts/table.ts'

/**
 * A life's archive: the whole `kinbox import` (a process of its own, from its start to its end, with text and quotes, identity, proof
 * without DNS, threads, route, search index, all durable) beside programs that only index.
 * node bench/import.ts [mails of the generated archive] [runs] [mails of the large one; 1: none]
 */
const size = argument(0, 2000)
const runs = argument(1, 1)
const large = argument(2, 1)
const corpora = process.env['KINBOX_CORPORA'] ?? join(import.meta.dirname, '../../shared/corpora')
const list = join(corpora, 'mailing-list/5000.mbox.gz')
const folder = await mkdtemp(join(process.env['KINBOX_BENCH'] ?? tmpdir(), 'kinbox-bench-'))
const command = join(import.meta.dirname, '../bin/kinbox')

/** `cpu` in seconds; `threads`: the same by the name of the thread; `ready`: how many of its threads worked or waited for a core, on average. */
type Run = { seconds: number, cpu: number | null, memory: number | null, threads: Map<string, number>, ready: number }

/** Runs a program to its end: how long, and the most memory it held (MiB). Throws when it fails. */
async function time(program: string, args: string[], env: Record<string, string> = {}): Promise<Run> {
  const began = performance.now()
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => { said = (said + chunk.toString()).slice(-2000) })
  let memory: number | null = null
  let cpu: number | null = null
  const tasks = new Map<string, { name: string, cpu: number, ready: number }>()
  const look = setInterval(async () => {
    const [status, stat] = await Promise.all(['status', 'stat'].map((name) => readFile(`/proc/${child.pid}/${name}`, 'utf8').catch(() => '')))
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(status!)?.[1]
    if (peak !== undefined) memory = Number(peak) / 1024
    cpu = used(stat!) ?? cpu
    for (const task of await readdir(`/proc/${child.pid}/task`).catch(() => [])) {
      const [one, scheduled] = await Promise.all(['stat', 'schedstat'].map((name) => readFile(`/proc/${child.pid}/task/${task}/${name}`, 'utf8').catch(() => '')))
      const so = used(one!)
      // In ns: on a core, and waiting for one.
      const [ran = 0, waited = 0] = scheduled!.split(' ').map(Number)
      if (so !== null) tasks.set(task, { name: one!.slice(one!.indexOf('(') + 1, one!.lastIndexOf(')')), cpu: so, ready: (ran + waited) / 1e9 })
    }
  }, 100)
  const [code] = await once(child, 'exit') as [number | null]
  clearInterval(look)
  if (code !== 0) throw new Error(`${program} ${args[0]} ended with ${code}: ${said}`)
  const threads = new Map<string, number>()
  for (const { name, cpu } of tasks.values()) threads.set(name, (threads.get(name) ?? 0) + cpu)
  const seconds = (performance.now() - began) / 1000
  return { seconds, cpu, memory, threads, ready: [...tasks.values()].reduce((sum, { ready }) => sum + ready, 0) / seconds }
}

/** Seconds of CPU in a line of /proc (proc(5): utime and stime, in hundredths). */
function used(stat: string): number | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.length > 13 ? (Number(fields[11]) + Number(fields[12])) / 100 : null
}

const has = (program: string) => spawnSync(program, ['--version']).status === 0

async function kinbox(mbox: string, name: string): Promise<Run> {
  const data = join(folder, name)
  await time(command, ['user', 'add', 'ada', '--data', data])
  const run = await time(command, ['import', '--user', 'ada', '--own', 'ada@example.org', '--data', data, mbox])
  await rm(data, { recursive: true, force: true })
  return run
}

async function notmuch(maildir: string, name: string): Promise<Run> {
  const config = join(folder, `${name}.conf`)
  await writeFile(config, `[database]\npath=${maildir}\n[user]\nname=Ada\nprimary_email=ada@example.org\n[new]\ntags=unread\n`)
  const run = await time('notmuch', ['new', '--quiet'], { NOTMUCH_CONFIG: config })
  await rm(join(maildir, '.notmuch'), { recursive: true, force: true })
  return run
}

async function mu(maildir: string, name: string): Promise<Run> {
  const env = { XDG_CACHE_HOME: join(folder, name), HOME: join(folder, name) }
  await mkdir(env.HOME, { recursive: true })
  await time('mu', ['init', `--maildir=${maildir}`, '--my-address=ada@example.org'], env)
  const run = await time('mu', ['index', '--quiet'], env)
  await rm(env.HOME, { recursive: true, force: true })
  return run
}

/** The least that this language and these packages could do: parts/bare-import.ts. */
async function bare(mbox: string, name: string): Promise<Run> {
  const file = join(folder, `${name}.db`)
  const run = await time(process.execPath, [join(import.meta.dirname, 'parts/bare-import.ts'), mbox, file])
  await rm(file, { force: true })
  return run
}

/** The same mails as files of a Maildir. Returns how many. */
async function unpack(mbox: string, maildir: string): Promise<number> {
  for (const name of ['cur', 'new', 'tmp']) await mkdir(join(maildir, name), { recursive: true })
  let count = 0
  for await (const { bytes } of splitMbox(createReadStream(mbox), 1e9)) await writeFile(join(maildir, 'cur', `${count++}.bench:2,S`), bytes!)
  return count
}

const missing = ['notmuch', 'mu'].filter((program) => !has(program))
const rates = new Map<string, number>()
const steps: string[] = []
/** What the threads of an import do, by their names. */
const does: Record<string, string> = { MainThread: 'reading files and writing', parse: 'parsing', index: 'the search index', V8Worker: 'compiling and collecting', 'libuv-worker': 'files' }

async function measure(name: string, mbox: string, others: boolean): Promise<string[][]> {
  const maildir = join(folder, 'maildir')
  const count = await unpack(mbox, maildir)
  const found = { kinbox: [] as Run[], notmuch: [] as Run[], mu: [] as Run[], bare: [] as Run[] }
  for (let run = 0; run < runs; run++) {
    if (others && !missing.includes('notmuch')) found.notmuch.push(await notmuch(maildir, `notmuch-${run}`))
    found.kinbox.push(await kinbox(mbox, `kinbox-${run}`))
    if (others && !missing.includes('mu')) found.mu.push(await mu(maildir, `mu-${run}`))
    if (others) found.bare.push(await bare(mbox, `bare-${run}`))
  }
  await rm(maildir, { recursive: true, force: true })
  const seconds = (all: Run[]) => median(all.map((one) => one.seconds))
  const ours = seconds(found.kinbox)
  rates.set(name, count / ours)
  const last = found.kinbox.at(-1)!.threads
  const spent = Object.entries(does).map(([thread, what]) => `${what} ${((last.get(thread) ?? 0) / count * 1000).toFixed(2)}`)
  steps.push(`${name}, CPU a mail in ms by step: ${spent.join(', ')}.`)
  return Object.entries(found).filter(([, all]) => all.length > 0).map(([program, all]) => [
    `${name}: ${program}`, String(count), (count / seconds(all)).toFixed(0), program === 'kinbox' ? '' : times(seconds(all) / ours),
    all[0]!.cpu === null ? '?' : `${(median(all.map((one) => one.cpu ?? 0)) / count * 1000).toFixed(2)} ms`, all[0]!.memory === null ? '?' : `${Math.max(...all.map((one) => one.memory ?? 0)).toFixed(0)} MiB`, median(all.map((one) => one.ready)).toFixed(2)
  ])
}

const rows: string[][] = []
if (existsSync(list)) {
  const mbox = join(folder, 'list.mbox')
  await writeFile(mbox, gunzipSync(await readFile(list)))
  rows.push(...await measure('mailing list', mbox, true))
  await rm(mbox)
}
const generated = join(folder, 'generated.mbox')
await writeMbox(generated, size)
rows.push(...await measure('generated', generated, true))
await rm(generated)
if (large > 1) {
  await writeMbox(generated, large)
  rows.push(...await measure('large', generated, false))
}
await rm(folder, { recursive: true, force: true })

printTable('Importing an archive', ['', 'mails', 'mails a second', 'kinbox is', 'CPU a mail', 'memory, at most', 'threads ready'], rows, [
  'Each a process of its own from its start to its end; medians of runs in turn. Aims: 4x of notmuch new, 1.5x of mu index, under 400 MiB, and at 100,000 mails at least 0.8 of the rate at 20,000.',
  'bare: mailparser, one table and one full-text index in one thread, nothing of what Kinbox does besides: the least that any importer of these packages takes.',
  'Threads ready: how many of its threads were at work or waited for a core, on average. Fewer than there are cores: some of them stood idle.',
  ...large > 1 ? [`The large archive goes at ${times(rates.get('large')! / rates.get('generated')!)} of the rate of the generated one.`] : [],
  ...steps,
  ...missing.map((program) => `${program} is not installed here, and was left out.`), ...existsSync(list) ? [] : ['KINBOX_CORPORA has no mailing list: left out.']
])
