import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { openPresence } from '../src/accounts/presence.ts'
import { presenceSignals } from '../src/api/present/signal.ts'
import { openSignals } from '../src/api/signals.ts'
import type { Arrival } from '../src/connector.ts'
import { openDoor } from './parts/door.ts'
import { argument, median, ms, quantile, times } from './parts/figures.ts'
import { found, openHouse, temporary } from './parts/house.ts'
import { mails } from './parts/mails.ts'
import { printTable } from './parts/table.ts'

/** Whether presence delays messages: from a message that comes in to its event, with and without people who come and go. node bench/presence.ts [turns] [changes a second] [messages a second] */
const turns = argument(0, 10)
const changes = argument(1, 1000)
const rate = argument(2, 20)
const turnMs = 3000
const people = 500
const patienceMs = 20_000

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
const signals = openSignals()
const door = await openDoor(house, signals)
let told = 0
const presence = openPresence({
  clock,
  changed: (userId, sightings) => void house.store.read((tx) => presenceSignals(tx, presence, userId, sightings)).then((all) => {
    told += all.length
    for (const one of all) signals.publish(userId, one)
  })
})
const listener = new Worker(new URL('./parts/listener.ts', import.meta.url), { workerData: { url: `${door.address.replace('http', 'ws')}/v1/ws`, token: founded.token } })
await once(listener, 'message')

let cursor = 0
let heard = 0
/** Everybody has written before, so that whoever comes and goes is somebody known. */
for (const arrival of corpus.take(people * 4)) await house.receive([arrival], { lane: 'history', cursor: String(++cursor) })

async function turn(busy: boolean): Promise<number[]> {
  const count = Math.round(rate * turnMs / 1000)
  const ready = corpus.take(count) as Extract<Arrival, { raw: Uint8Array }>[]
  const took: number[] = []
  const listen = (value: unknown) => void (typeof value === 'number' && took.push(value))
  listener.on('message', listen)
  const began = performance.now()
  let sent = 0
  const coming = busy ? setInterval(() => {
    for (const due = (performance.now() - began) * changes / 1000; sent < due; sent++) {
      heard++
      presence.heard(founded.userId, founded.accountId, { type: 'presence', address: { kind: 'email', address: `person${(heard * 7) % people}@friend.example` }, available: heard % (2 * people) < people })
    }
  }, 1) : null
  for (let i = 0; i < count; i++) {
    const wait = began + i * 1000 / rate - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    stamps.set(ready[i]!.raw, process.hrtime.bigint())
    house.receive([ready[i]!], { lane: 'live', cursor: String(++cursor) }).catch((error: unknown) => { throw error })
  }
  for (const late = performance.now() + patienceMs; took.length < count;) {
    if (performance.now() > late) throw new Error(`${count - took.length} of ${count} messages did not arrive`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  if (coming) clearInterval(coming)
  listener.off('message', listen)
  return took
}

const took = { quiet: [] as number[][], busy: [] as number[][] }
// A turn of each to warm up.
for (let i = 0; i <= turns; i++) {
  for (const busy of i % 2 ? [true, false] : [false, true]) {
    const values = await turn(busy)
    if (i > 0) took[busy ? 'busy' : 'quiet'].push(values)
  }
}
presence.stop()
await listener.terminate()
await door.close()
await house.store.close()
await place.remove()

const row = (name: string, q: number) => {
  const [busy, quiet] = [took.busy, took.quiet].map((all) => quantile(all.flat(), q)) as [number, number]
  return [name, ms(busy), ms(quiet), times(busy / quiet), times(median(took.busy.map((values, i) => quantile(values, q) / quantile(took.quiet[i]!, q))))]
}
printTable(`From a message to its event while ${changes} presences a second change`, ['', 'with', 'without', 'ratio', 'median of the turns\' ratios'], [row('p50', 0.5), row('p99', 0.99)], [
  `${took.busy.flat().length} messages each, ${rate} a second, in ${turns} turns of each one after the other; ${people} people who come and go, ${told} signals to one client (of ${heard} changes), which reads them in a thread of its own.`,
  'Aim: p99 within 2x.'
])
process.exit(0)
