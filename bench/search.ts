import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '../test/fixtures/client.ts'
import type { Client } from '../test/fixtures/client.ts'
import { argument, ms, quantile, times } from './parts/figures.ts'
import { temporary } from './parts/house.ts'
import { dice, fill, mailOf, people, words, writeMaildir } from './parts/library.ts'
import { serve } from './parts/served.ts'
import { printTable } from './parts/table.ts'

/**
 * How long search.query takes over the socket, and notmuch beside it. node bench/search.ts [messages] [asks] [users] [messages for
 * notmuch]. With a million messages it takes minutes and some 4 GB. KINBOX_SEARCHED names a folder where the filled and indexed databases stay for
 * the next run.
 */
const messages = argument(0, 20_000)
const asks = argument(1, 100)
const users = argument(2, 10)
const compared = argument(3, 5_000)
const aim = 5
const warmUp = 20

type Kind = { name: string, ask(user: number, n: number, count: number): { q: string, notmuch: string } }
const simple = (q: string) => ({ q, notmuch: q })
const random = dice(11)
const some = (from: number, to: number) => words[from + Math.floor(random() * (to - from))]!
/** Two words that stand in a row in some mail. */
const inARow = (user: number, count: number) => {
  const text = mailOf(user, Math.floor(random() * count), count).text.split(' ')
  const at = Math.floor(random() * 50)
  return `${text[at]} ${text[at + 1]}`
}
const kinds: Kind[] = [
  { name: 'rare word', ask: () => simple(some(15_000, 20_000)) },
  { name: 'common word', ask: () => simple(some(0, 10)) },
  { name: 'two words', ask: () => simple(`${some(20, 200)} ${some(20, 200)}`) },
  { name: 'phrase', ask: (user, _n, count) => simple(`"${inARow(user, count)}"`) },
  { name: 'beginning of a word', ask: () => simple(`${some(100, 5000).slice(0, 3 + Math.floor(random() * 3))}*`) },
  { name: 'one person', ask: (_user, n) => simple(`from:person${n % people}@friend.example`) },
  { name: 'one person and a word', ask: (_user, n) => simple(`from:name${n % people} ${some(0, 200)}`) }
]

const rows: string[][] = []
const notes: string[] = []
const all = await measured(messages, users)
for (const { name, took, cpu } of all.kinds) rows.push([name, ms(quantile(took, 0.5)), ms(quantile(took, 0.9)), ms(quantile(took, 0.99)), times(quantile(took, 0.99) / aim), ms(cpu.all), ms(cpu.main)])
notes.push(`Newest first, ${users} users with ${Math.floor(messages / users)} messages each, ${asks} asks of a kind, a page of 20 with snippets, asked by turns, after ${warmUp} of each kind for nothing and after the index had come to rest. Common: in one of three mails up to nearly all.`)
rows.push(['session.ping', ms(quantile(all.pings, 0.5)), ms(quantile(all.pings, 0.9)), ms(quantile(all.pings, 0.99)), times(quantile(all.pings, 0.99) / aim), '', ''])
notes.push(`Made: ${all.fillS.toFixed(0)} s; indexed in ${all.indexS.toFixed(0)} s (${Math.round(messages / all.indexS)} messages a second); the index is ${times(all.indexBytes / all.bytes)} the database. Resident memory after it all: ${mib(all.memory)}, of which ${mib(all.ownMemory)} are the server's own and the rest files that are mapped.`)
printTable(`search.query over the socket, ${messages} messages`, ['', 'p50', 'p90', 'p99', `p99 to ${aim} ms`, 'CPU time, all threads', 'of it the main thread'], rows, notes)

if (spawnSync('notmuch', ['--version']).status === 0) {
  const one = await measured(compared, 1, true)
  printTable(`search.query beside notmuch, the same ${compared} mails of one user`, ['', 'Kinbox p50', 'notmuch, threads', 'notmuch, messages', 'Kinbox to threads', 'to messages'], one.kinds.map(({ name, took, beside }) => {
    const kinbox = quantile(took, 0.5)
    return [name, ms(kinbox), ms(beside!.summary), ms(beside!.messages), ratio(kinbox, beside!.summary), ratio(kinbox, beside!.messages)]
  }), [
    'Kinbox over the socket, 20 hits with sender, subject and snippet. notmuch search --limit=20, by p50: of threads (its standard; dates, names and subjects) and of messages (ids alone); its process start, a search that',
    `finds nothing (${ms(one.startMs!)}), is taken off. What is left below a tenth of a millisecond cannot be told from nothing.`
  ])
} else process.stdout.write('notmuch is not installed: nothing to compare with.\n')

function mib(value: number | null): string {
  return value === null ? 'not told' : `${value.toFixed(0)} MiB`
}

/** Resolves when nothing has been written to a file for longer than the index waits before it tidies up; after three minutes anyhow. */
async function atRest(file: string): Promise<void> {
  for (const end = Date.now() + 180_000; Date.now() < end;) {
    if (Date.now() - statSync(file).mtimeMs > 20_000) return
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

function ratio(kinbox: number, other: number): string {
  return other < 0.1 ? 'not told' : times(kinbox / other)
}

async function measured(total: number, userCount: number, beside = false) {
  const kept = process.env['KINBOX_SEARCHED']
  const place = kept === undefined ? await temporary() : { folder: join(kept, `${userCount}x${Math.floor(total / userCount)}`), remove: async () => {} }
  try {
    const count = Math.floor(total / userCount)
    let began = performance.now()
    const filled = join(place.folder, 'filled.json')
    // Written last: what was left half filled is not taken for a whole.
    if (kept !== undefined && !existsSync(filled)) rmSync(place.folder, { recursive: true, force: true })
    mkdirSync(place.folder, { recursive: true })
    const tokens = existsSync(filled) ? JSON.parse(readFileSync(filled, 'utf8')) as string[] : await fill(place.folder, userCount, count)
    writeFileSync(filled, JSON.stringify(tokens), { mode: 0o600 })
    const fillS = (performance.now() - began) / 1000
    began = performance.now()
    const server = await serve(place.folder)
    const clients: Client[] = []
    for (const token of tokens) clients.push(await connect(server.url, { token }))
    for (const client of clients) {
      const { asOf } = await client.call<{ asOf: number }>('conversation.list', { folder: 'other', limit: 1 })
      for (;;) {
        const answer = await client.call<{ asOf: number, indexing?: boolean }>('search.query', { q: 'x', limit: 1 })
        if (answer.asOf >= asOf && !answer.indexing) break
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
    const indexS = (performance.now() - began) / 1000
    await atRest(join(place.folder, 'search.db-wal'))
    const notmuch = beside ? openNotmuch(place.folder, count) : null
    // What is asked is thought out before: the time is the server's, not that of making up questions.
    const results = kinds.map(({ name, ask }, i) => ({
      name, took: [] as number[], cpu: { all: 0, main: 0 }, notmuch: [] as { summary: number, messages: number }[],
      asked: Array.from({ length: warmUp + asks }, (_, n) => ({ client: clients[n % userCount]!, ...ask(n % userCount, n * 7 + i, count) }))
    }))
    const pings: number[] = []
    // Asked in the same turns, since a process that starts after a pause takes longer than one that starts after another.
    const starts: number[] = []
    for (let n = 0; n < warmUp + asks; n++) {
      if (notmuch && n >= warmUp && n < warmUp + 15) starts.push(notmuch.search('messages', 'nothinghasthisword'))
      // Each kind in turn is the first after the pause, in which the processor goes to rest.
      for (const { asked, took, notmuch: compared } of [...results.slice(n % results.length), ...results.slice(0, n % results.length)]) {
        const { client, q, notmuch: other } = asked[n]!
        const before = performance.now()
        await client.call('search.query', { q })
        if (n >= warmUp) took.push(performance.now() - before)
        if (notmuch && n >= warmUp && n < warmUp + 15) compared.push({ summary: notmuch.search('summary', other), messages: notmuch.search('messages', other) })
      }
      const before = performance.now()
      await clients[n % userCount]!.call('session.ping', {})
      if (n >= warmUp) pings.push(performance.now() - before)
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
    for (const { asked, cpu } of results) {
      const spent = await server.cpu()
      for (const { client, q } of asked.slice(warmUp)) {
        await client.call('search.query', { q })
        // Not faster than one user may ask.
        await new Promise((resolve) => setTimeout(resolve, 3))
      }
      const { all, main } = await server.cpu()
      Object.assign(cpu, { all: (all - spent.all) / asks, main: (main - spent.main) / asks })
    }
    const startMs = notmuch ? quantile(starts, 0.5) : undefined
    const [memory, ownMemory] = [await server.memory(), await server.ownMemory()]
    for (const client of clients) await client.close()
    await server.stop()
    return {
      fillS, indexS, memory, ownMemory, startMs, pings, bytes: statSync(join(place.folder, 'kinbox.db')).size, indexBytes: statSync(join(place.folder, 'search.db')).size,
      kinds: results.map(({ name, took, cpu, notmuch: all }) => ({ name, took, cpu, beside: startMs === undefined ? null : { summary: quantile(all.map(({ summary }) => summary), 0.5) - startMs, messages: quantile(all.map((one) => one.messages), 0.5) - startMs } }))
    }
  } finally {
    await place.remove()
  }
}

/** The same mails in a Maildir, known to notmuch. */
function openNotmuch(folder: string, count: number) {
  writeMaildir(folder, 0, count)
  const config = join(folder, 'notmuch-config')
  writeFileSync(config, `[database]\npath=${join(folder, 'mail')}\n[user]\nname=Ada\nprimary_email=ada@example.org\n[new]\ntags=unread\n`)
  const run = (...args: string[]) => {
    const began = performance.now()
    const { status, stderr } = spawnSync('notmuch', ['--config', config, ...args], { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'] ?? '', HOME: folder } })
    if (status !== 0) throw new Error(`notmuch ${args[0]}: ${stderr.toString()}`)
    return performance.now() - began
  }
  run('new')
  return { search: (output: 'summary' | 'messages', q: string) => run('search', `--output=${output}`, '--sort=newest-first', '--limit=20', q) }
}
