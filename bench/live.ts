import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { WebSocketServer } from 'ws'
import type { Arrival } from '../src/connector.ts'
import { openDoor } from './parts/door.ts'
import { argument, median, ms, quantile, times } from './parts/figures.ts'
import { found, openHouse, temporary } from './parts/house.ts'
import { mails } from './parts/mails.ts'
import { printTable } from './parts/table.ts'

/** How long it takes from a message that comes in to the event at a client. node bench/live.ts [turns] [messages a second] */
const turns = argument(0, 6)
const rate = argument(1, 100)
const turnMs = 2500
const people = 300
/** So long a turn may lag behind: then the machine is too slow for the rate. */
const patienceMs = 20_000

/** Hands over at a steady rate, whether or not what went before is done. Resolves with each message's time (ms). */
type Side = { turn(): Promise<number[]>, close(): Promise<void> }

async function steadily(listener: Worker, next: () => void): Promise<number[]> {
  const count = Math.round(rate * turnMs / 1000)
  const took: number[] = []
  const heard = (value: unknown) => void (typeof value === 'number' && took.push(value))
  listener.on('message', heard)
  const began = performance.now()
  for (let i = 0; i < count; i++) {
    const wait = began + i * 1000 / rate - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    next()
  }
  const late = performance.now() + patienceMs
  while (took.length < count) {
    if (performance.now() > late) throw new Error(`${count - took.length} of ${count} messages did not arrive`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  listener.off('message', heard)
  return took
}

async function listen(url: string, token: string | null): Promise<Worker> {
  const worker = new Worker(new URL('./parts/listener.ts', import.meta.url), { workerData: { url, token } })
  await once(worker, 'message')
  return worker
}

async function core(): Promise<Side> {
  const place = await temporary()
  const clock = { now: Date.now }
  const founded = await found(place.folder, clock)
  const corpus = mails({ people, since: Date.now() - 3_600_000 })
  const stamps = new WeakMap<Uint8Array, bigint>()
  const house = await openHouse(place.folder, founded, {
    clock,
    async parse(kind, raw) {
      return (await corpus.parse(kind, raw)).map((mail) => ({ ...mail, text: `sent ${stamps.get(raw)} ${mail.text}` }))
    }
  })
  const door = await openDoor(house)
  const listener = await listen(`${door.address.replace('http', 'ws')}/v1/ws`, founded.token)
  let cursor = 0
  return {
    turn() {
      const ready = corpus.take(Math.round(rate * turnMs / 1000)) as Extract<Arrival, { raw: Uint8Array }>[]
      return steadily(listener, () => {
        const arrival = ready.shift()!
        stamps.set(arrival.raw, process.hrtime.bigint())
        house.receive([arrival], { lane: 'live', cursor: String(++cursor) }).catch((error: unknown) => { throw error })
      })
    },
    async close() {
      await listener.terminate()
      await door.close()
      await house.store.close()
      await place.remove()
    }
  }
}

/** One prepared insert and one frame of about the size of a message's event. */
async function bare(): Promise<Side> {
  const place = await temporary()
  const db = new Database(join(place.folder, 'bare.db'))
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON', 'cache_size = -32768']) db.pragma(pragma)
  db.exec('CREATE TABLE message (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, sender TEXT NOT NULL, text TEXT NOT NULL) STRICT')
  const insert = db.prepare('INSERT INTO message (at, sender, text) VALUES (?, ?, ?)')
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  await once(server, 'listening')
  const listener = await listen(`ws://127.0.0.1:${(server.address() as { port: number }).port}`, null)
  const sender = 'person1@friend.example'
  const filling = 'the train leaves early '.repeat(24)
  const more = 'what else is said of it '.repeat(40)
  return {
    turn: () => steadily(listener, () => {
      const text = `sent ${process.hrtime.bigint()} ${filling}`
      const { lastInsertRowid } = insert.run(Date.now(), sender, text)
      const frame = JSON.stringify({ jsonrpc: '2.0', method: 'event', params: { seq: Number(lastInsertRowid), type: 'message.created', data: { sender, text, more } } })
      for (const client of server.clients) client.send(frame)
    }),
    async close() {
      await listener.terminate()
      server.close()
      db.close()
      await place.remove()
    }
  }
}

const sides = { kinbox: await core(), bare: await bare() }
const took = { kinbox: [] as number[][], bare: [] as number[][] }
// A turn of each to warm up.
for (let turn = 0; turn <= turns; turn++) {
  for (const side of turn % 2 ? ['bare', 'kinbox'] as const : ['kinbox', 'bare'] as const) {
    const values = await sides[side].turn()
    if (turn > 0) took[side].push(values)
  }
}
await Promise.all(Object.values(sides).map((side) => side.close()))

const row = (name: string, q: number) => {
  const [a, b] = [took.kinbox, took.bare].map((all) => all.map((values) => quantile(values, q))) as [number[], number[]]
  return [name, ms(quantile(took.kinbox.flat(), q)), ms(quantile(took.bare.flat(), q)), times(quantile(took.kinbox.flat(), q) / quantile(took.bare.flat(), q)), times(median(a.map((value, i) => value / b[i]!)))]
}
printTable(`From a message to its event, ${rate} a second`, ['', 'Kinbox', 'bare', 'ratio', 'median of the turns\' ratios'], [row('p50', 0.5), row('p99', 0.99)], [
  `${took.kinbox.flat().length} messages each, in ${turns} turns one after the other. From \`receive\` to the event at a client of the socket, in a thread of its own; parse and prove answer at once. Bare: a \`ws\` server`,
  'that does one prepared insert with the same settings and sends one frame of about that size. Aim: p99 within 2x.'
])
process.exit(0)
