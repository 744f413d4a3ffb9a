import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { connect } from '../test/fixtures/client.ts'
import type { Client } from '../test/fixtures/client.ts'
import { argument, ms, quantile, times } from './parts/figures.ts'
import { grow, peopleOf } from './parts/grown.ts'
import type { Grown } from './parts/grown.ts'
import type { Ask } from './parts/grown-house.ts'
import { printTable } from './parts/table.ts'

/**
 * What becomes of the times when there is more and more: the same questions to databases of rising size, in turn, so that a busy
 * machine is busy for all. node bench/growth.ts [asks] [most messages] [users]. KINBOX_GROWN names a folder where the filled
 * databases stay for the next run; a million messages take 4 GB and some minutes to fill.
 */
const asks = argument(0, 100)
const most = argument(1, 100_000)
const users = argument(2, 10)
const page = 50
const resumed = 1000
/** Every so many asks, as they take longer. */
const rarely = 5
const sizes = [10_000, 100_000, 1_000_000].filter((size) => size <= most)

type Side = { size: number, child: ChildProcess, url: string, users: { grown: Grown, client: Client, head: number, conversations: string[], deepList: string, deepMessages: string }[] }
/** `rest`: what it leaves to be done is done, so that the next question does not pay for it. It counts as CPU time only. */
type Question = { name: string, every?: number, ask(side: Side, n: number): Promise<number>, rest?(side: Side): Promise<void> }
/** Of each ask: how long it took, and the CPU time of the server's main thread in it (ms; NaN where the system does not tell). */
type Took = { wall: number[], cpu: number[] }

const place = process.env['KINBOX_GROWN'] ?? join(tmpdir(), `kinbox-grown-${process.pid}`)
const echo = fork(join(import.meta.dirname, 'parts/echo.ts'))
const sides: Side[] = []
try {
  const bare = new WebSocket(await said<string>(echo))
  await once(bare, 'open')
  for (const size of sizes) sides.push(await side(size))

  const took = new Map<string, Took[]>(questions().map(({ name }) => [name, sizes.map(() => ({ wall: [], cpu: [] }))]))
  const unit: number[] = []
  for (let n = -3; n < asks; n++) {
    for (const { name, every = 1, ask, rest } of questions()) {
      if (n >= 0 && n % every !== 0) continue
      for (const [i, one] of turned([...sides.entries()], n)) {
        const began = cpuOf(one.child)
        const wall = await ask(one, Math.abs(n))
        await rest?.(one)
        const cpu = cpuOf(one.child) - began
        if (n >= 0) took.get(name)![i]!.wall.push(wall)
        if (n >= 0) took.get(name)![i]!.cpu.push(/by (\d+)/.test(name) ? cpu / Number(/by (\d+)/.exec(name)![1]) : cpu)
        await pause()
      }
    }
    const before = performance.now()
    bare.send('{"jsonrpc":"2.0","id":1,"method":"echo","params":{}}')
    await once(bare, 'message')
    if (n >= 0) unit.push(performance.now() - before)
  }

  const table = (title: string, what: keyof Took, notes: string[]) => printTable(title, ['', ...sizes.map((size) => size.toLocaleString('en')), 'p50, last : first', 'p99, last : first'], questions().map(({ name }) => {
    const all = took.get(name)!.map((one) => one[what])
    const ratio = (q: number) => times(quantile(all.at(-1)!, q) / quantile(all[0]!, q))
    return [name, ...all.map((values) => `${ms(quantile(values, 0.5))} / ${ms(quantile(values, 0.99))}`), ratio(0.5), ratio(0.99)]
  }), notes)
  table('Growth: p50 / p99 by how many messages there are', 'wall', [
    `${users} users; ${asks} asks each, by turns between the sizes, one after the other over the socket; what takes long, and receiving, every ${rarely} of them. Pages of ${page}. The conversation asked for has a fifth of its user's messages;`,
    'deep: its middle; any conversation is a short one where there are few messages. Receiving: one user\'s house in the same process as the socket, parse and prove answering at once; the time of each message.',
    `A bare ws echo in the same turns: ${ms(quantile(unit, 0.5))} / ${ms(quantile(unit, 0.99))}. Aim: reads at p99 within 3x of the first, and under 5 ms.`
  ])
  table('The same, CPU time of the server\'s main thread', 'cpu', ['What a busy machine changes least: without the time in which others had the processor. Of receiving, this is with what comes after it: telling a client, and copying the write-ahead log.'])
} finally {
  for (const { child, users: all } of sides) {
    for (const { client } of all) client.cut()
    child.disconnect()
  }
  echo.disconnect()
  await Promise.all(sides.map(({ child }) => child.exitCode === null && once(child, 'exit')))
  if (process.env['KINBOX_GROWN'] === undefined) await rm(place, { recursive: true, force: true })
}
process.exit(0)

function questions(): Question[] {
  const call = (method: string, params: (user: Side['users'][number], n: number) => object): Question['ask'] => async (side, n) => {
    const user = side.users[n % users]!
    const before = performance.now()
    await user.client.call(method, params(user, n))
    return performance.now() - before
  }
  const long = ({ grown }: Side['users'][number]) => ({ conversationId: `c${grown.long}`, limit: page })
  return [
    { name: 'conversation.list, first page', ask: call('conversation.list', () => ({ folder: 'other', limit: page })) },
    { name: 'conversation.list, deep', ask: call('conversation.list', ({ deepList }) => ({ folder: 'other', limit: page, cursor: deepList })) },
    { name: 'message.list, long conversation', ask: call('message.list', (user) => long(user)) },
    { name: 'message.list, deep', ask: call('message.list', (user) => ({ ...long(user), cursor: user.deepMessages })) },
    { name: 'message.list, any conversation', ask: call('message.list', ({ conversations }, n) => ({ conversationId: conversations[n * 37 % conversations.length], limit: page })) },
    { name: 'message.get', ask: call('message.get', ({ grown }, n) => ({ id: `m${grown.messages[n * 31 % grown.messages.length]}` })) },
    { name: 'topic.list', ask: call('topic.list', (user) => long(user)) },
    { name: 'outbox.list', ask: call('outbox.list', () => ({ limit: page })) },
    { name: 'inbox.counts', ask: call('inbox.counts', () => ({})) },
    { name: 'sync.snapshot', ask: call('sync.snapshot', () => ({})) },
    { name: `resume of ${resumed} events`, every: rarely, ask: resume },
    { name: 'receive, one by one', every: rarely, ask: (one) => received(one, 1), rest: settled },
    { name: 'receive, by 50, each', every: rarely, ask: (one) => received(one, 50), rest: settled }
  ]
}

async function resume({ url, users: all }: Side, n: number): Promise<number> {
  // Not the first one: to that one something comes in.
  const { grown, client, head } = all[1 + n % (users - 1)]!
  const before = performance.now()
  const again = await connect(url, { token: grown.token, resume: { logId: client.hello.logId, seq: head - resumed } })
  await again.until(() => again.notices.some(({ method }) => method === 'sync.caughtUp'), 30_000)
  const took = performance.now() - before
  if (again.events.length !== resumed) throw new Error(`${again.events.length} events came instead of ${resumed}`)
  await again.close()
  return took
}

async function received({ child }: Side, batch: number): Promise<number> {
  child.send({ batch, count: batch } satisfies Ask)
  return (await said<number[]>(child))[0]!
}

/** What receiving leaves to be done: its events are told to a client, and the write-ahead log is copied where that was due. */
async function settled({ child, users: [user] }: Side): Promise<void> {
  child.send({ rest: true } satisfies Ask)
  const [head] = await said<number[]>(child)
  await user!.client.until(() => user!.client.seq() >= head!)
  user!.client.events.length = 0
}

async function side(size: number): Promise<Side> {
  const folder = join(place, String(size))
  const list = join(folder, 'grown.json')
  if (!existsSync(list)) {
    await mkdir(folder, { recursive: true })
    const began = performance.now()
    await writeFile(list, JSON.stringify(await grow(folder, users, size / users)))
    process.stderr.write(`${size} messages filled in ${((performance.now() - began) / 1000).toFixed(0)} s\n`)
  }
  const child = fork(join(import.meta.dirname, 'parts/grown-house.ts'), [folder, String(peopleOf(size / users))])
  const url = await said<string>(child)
  const all: Side['users'] = []
  for (const grown of JSON.parse(await readFile(list, 'utf8')) as Grown[]) {
    const client = await connect(url, { token: grown.token })
    const conversations: string[] = []
    const cursors = await walk(client, 'conversation.list', { folder: 'other' }, page, ({ id }) => conversations.push(id))
    const messages = await walk(client, 'message.list', { conversationId: `c${grown.long}` }, Math.min(200, Math.max(page, size / users / 20)), () => {})
    all.push({ grown, client, head: client.hello.head, conversations, deepList: cursors[Math.floor(cursors.length / 2) - 1]!, deepMessages: messages[Math.floor(messages.length / 2)]! })
  }
  return { size, child, url, users: all }
}

/** All cursors of a list; of none that has but one page, so that there is always one in its middle. */
async function walk(client: Client, method: string, params: object, limit: number, each: (item: { id: string }) => void): Promise<string[]> {
  const cursors: string[] = []
  for (let cursor: string | null | undefined; cursor !== null; await pause()) {
    const found: { items: { id: string }[], nextCursor: string | null } = await client.call(method, { ...params, limit, ...(cursor === undefined ? {} : { cursor }) })
    found.items.forEach(each)
    cursor = found.nextCursor
    if (cursor !== null) cursors.push(cursor)
  }
  return cursors
}

function turned<T>(all: T[], n: number): T[] {
  const by = Math.abs(n) % all.length
  return [...all.slice(by), ...all.slice(0, by)]
}

/** A socket may ask 500 times a second. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 3))
}

/** Main thread's time on a processor so far (ms). */
function cpuOf({ pid }: ChildProcess): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
  } catch {
    return NaN
  }
}

async function said<T>(child: ChildProcess): Promise<T> {
  const over = new AbortController()
  const ended = once(child, 'exit', { signal: over.signal }).then(([code]) => { throw new Error(`the server ended with ${code}`) })
  ended.catch(() => undefined)
  try {
    return (await Promise.race([once(child, 'message', { signal: over.signal }), ended]) as [T])[0]
  } finally {
    over.abort()
  }
}
