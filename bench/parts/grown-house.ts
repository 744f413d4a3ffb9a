import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { logBounds } from '../../src/store/events.ts'
import { openDoor } from './door.ts'
import type { Grown } from './grown.ts'
import { openHouse } from './house.ts'
import { mails } from './mails.ts'

/**
 * A house over a filled folder in a process of its own, so that the clients' work is not the server's; the same as the server but for
 * search and networks. Over IPC it says its url; asked `{ batch, count }`, it receives so many messages and answers the time of each (ms);
 * asked `{ rest }`, it answers the head of the log once nothing waits to be written.
 */
export type Ask = { batch: number, count: number } | { rest: true }

const [folder, people] = process.argv.slice(2) as [string, string]
const [founded] = JSON.parse(await readFile(join(folder, 'grown.json'), 'utf8')) as [Grown]
// Other mails than those of an earlier run on the same folder, at the same times: 100 of them a second.
const from = Math.floor(Date.now() / 10)
const corpus = mails({ people: Number(people), from, since: Date.UTC(2029, 6, 1) - from * 1000 })
const house = await openHouse(folder, founded, corpus)
const door = await openDoor(house)

process.on('message', (ask: Ask) => void ('rest' in ask ? rest() : receive(ask.batch, ask.count)).then((took) => process.send!(took), (error: unknown) => { throw error }))
process.on('disconnect', () => void door.close().then(() => house.store.close()).then(() => process.exit(0)))
process.send!(door.address)

async function rest(): Promise<number[]> {
  await house.store.hot(() => undefined, 'bulk')
  return [await house.store.read((tx) => logBounds(tx, founded!.userId).head)]
}

async function receive(batch: number, count: number): Promise<number[]> {
  const took: number[] = []
  for (let done = 0; done < count; done += batch) {
    const portion = corpus.take(batch)
    const before = performance.now()
    await house.receive(portion, { lane: 'live' })
    took.push((performance.now() - before) / batch)
  }
  return took
}
