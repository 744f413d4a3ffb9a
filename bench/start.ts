import { argument, median } from './parts/figures.ts'
import { found, openHouse, temporary } from './parts/house.ts'
import { mails } from './parts/mails.ts'
import { serve } from './parts/served.ts'
import { printTable } from './parts/table.ts'

/** How fast the server is there, and what it holds at rest. node bench/start.ts [messages] [starts] */
const messages = argument(0, 10_000)
const starts = argument(1, 5)
const restMs = 3000

async function filled(folder: string): Promise<void> {
  const corpus = mails({ people: 500 })
  const house = await openHouse(folder, await found(folder), corpus)
  for (let done = 0; done < messages; done += 200) await house.receive(corpus.take(Math.min(200, messages - done)), { lane: 'history', cursor: String(done) })
  await house.store.close()
}

type Case = { prepare?(folder: string): Promise<void>, fresh: boolean, compiled?: boolean }

async function measure(name: string, { prepare = async () => {}, fresh, compiled = true }: Case): Promise<string[]> {
  const figures: { said: number, alive: number, rest: number | null }[] = []
  let place = await temporary()
  await prepare(place.folder)
  for (let i = 0; i < starts; i++) {
    const server = await serve(place.folder, { compiled })
    await new Promise((resolve) => setTimeout(resolve, i === 0 ? restMs : 0))
    figures.push({ said: server.saidMs, alive: server.aliveMs, rest: i === 0 ? await server.memory() : null })
    await server.stop()
    if (!fresh) continue
    await place.remove()
    place = await temporary()
  }
  await place.remove()
  const rest = figures[0]!.rest
  const times = figures.map(({ alive }) => alive)
  return [name, `${median(figures.map(({ said }) => said)).toFixed(0)} ms`, `${median(times).toFixed(0)} ms`, `${Math.min(...times).toFixed(0)} ms`, rest === null ? 'not told' : `${rest.toFixed(0)} MiB`]
}

const warm = await temporary()
await (await serve(warm.folder)).stop()
await warm.remove()
printTable('Start, and memory at rest', ['', 'says where it is', 'answers', 'best', 'memory'], [
  await measure('the very first', { fresh: true, compiled: false }),
  await measure('a new folder', { fresh: true }),
  await measure(`${messages} messages`, { prepare: filled, fresh: false })
], [
  `From the start of \`bin/kinbox serve\`, medians of ${starts}; resident memory ${restMs / 1000} s after the first of them, without accounts. The very first start after an installation has to compile everything.`,
  'Aim: under 1 s and 150 MB.'
])
