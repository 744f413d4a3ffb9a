import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { argument, median, ms, times } from './parts/figures.ts'
import { found, openHouse, temporary } from './parts/house.ts'
import { mails } from './parts/mails.ts'
import { differences, openPlain, rowsOf } from './parts/rows.ts'
import type { Write } from './parts/rows.ts'
import { printTable } from './parts/table.ts'

/** How much slower receiving is than the bare statements that write the same rows. node bench/receive.ts [messages for each round of batches] */
const people = 300
const rounds = 11

/** Milliseconds for each message. */
type Spent = { wall: number, cpu: number }

/**
 * First the rows: a house that nobody times receives everything, and what each batch left in it is read back. Then, round by
 * round in turn, a second house receives the same messages and plain statements write those rows into a third.
 */
async function measure(batch: number, perRound: number): Promise<string[]> {
  const folders = await Promise.all([temporary(), temporary(), temporary()])
  const [model, timed, bare] = folders.map(({ folder }) => folder) as [string, string, string]
  const founded = await found(model)
  await Promise.all([timed, bare].map((folder) => cp(model, folder, { recursive: true })))
  const file = (folder: string) => join(folder, 'kinbox.db')
  const portions = (corpus: ReturnType<typeof mails>) => {
    const arrivals = corpus.take(perRound)
    return Array.from({ length: Math.ceil(perRound / batch) }, (_, i) => arrivals.slice(i * batch, (i + 1) * batch))
  }

  const recorded: Write[][][] = []
  {
    const corpus = mails({ people })
    const house = await openHouse(model, founded, corpus)
    const rows = rowsOf(file(model), founded.userId)
    rows.next()
    for (let round = 0; round < rounds; round++) {
      recorded[round] = []
      for (const [i, portion] of portions(corpus).entries()) {
        await house.receive(portion, { lane: 'live', cursor: `${round}.${i}` })
        recorded[round]!.push(rows.next())
      }
    }
    rows.close()
    await house.store.close()
  }

  const corpus = mails({ people })
  const house = await openHouse(timed, founded, corpus)
  const plain = openPlain(file(bare))
  const spent = { core: [] as Spent[], statements: [] as Spent[] }
  for (let round = 0; round < rounds; round++) {
    const ready = portions(corpus)
    const takes = {
      core: async () => {
        for (const [i, portion] of ready.entries()) await house.receive(portion, { lane: 'live', cursor: `${round}.${i}` })
      },
      statements: async () => {
        for (const portion of recorded[round]!) plain.write(portion)
      }
    }
    for (const which of round % 2 ? ['core', 'statements'] as const : ['statements', 'core'] as const) {
      const began = performance.now()
      const before = process.cpuUsage()
      await takes[which]()
      const { user, system } = process.cpuUsage(before)
      spent[which].push({ wall: (performance.now() - began) / perRound, cpu: (user + system) / 1000 / perRound })
    }
  }
  await house.store.close()
  plain.close()
  const different = differences(file(timed), file(bare))
  await Promise.all(folders.map(({ remove }) => remove()))
  if (different.length) throw new Error(`the plain statements did not write the same rows: ${different.join(', ')}`)

  // The first round warms up.
  const of = (which: keyof typeof spent, what: keyof Spent) => spent[which].slice(1).map((one) => one[what])
  const ratio = (what: keyof Spent) => times(median(of('core', what).map((value, i) => value / of('statements', what)[i]!)))
  return [batch === 1 ? 'one by one' : `by ${batch}`, String(perRound * (rounds - 1)), ms(median(of('core', 'wall'))), ms(median(of('statements', 'wall'))), ratio('wall'), ratio('cpu')]
}

const perRound = argument(0, 1000)
printTable('Receiving a message', ['', 'messages', 'receive', 'plain statements', 'ratio', 'ratio of CPU time'], [await measure(1, Math.ceil(perRound / 4)), await measure(50, perRound)], [
  'For each message; medians of interleaved rounds. Receiving has a parse and a prove that answer at once, and does all the rest: hashing and compressing the bytes, finding what is',
  'known, deciding, writing. The statements only write the rows that receiving left behind, read back beforehand: one INSERT for each new row, one UPDATE for each row that changed.',
  'Same schema, settings and transactions; at the end both databases are compared row by row. Aim: within 2x.'
])
