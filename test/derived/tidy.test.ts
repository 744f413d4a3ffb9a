import t from 'tap'
import { tidying } from '../../src/derived/tidy.ts'
import { openIndexFile } from '../../src/store/search-file.ts'
import { partsOf } from '../../src/store/search-index.ts'
import { openLibrary } from './library.ts'

const sender = { kind: 'email', address: 'bob@friend.example', raw: 'bob@friend.example' }

t.test('many parts of an index become one, and the same is found', async (t) => {
  const library = await openLibrary(t)
  const { letters, store, folder, userId } = library
  const write = async (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      await letters([{ at: Date.UTC(2026, 0, 1) + i * 60_000, sender, text: `apple ${i} ${i % 2 ? 'odd' : 'even'} ${'word'.repeat(9)}${i}` }])
      library.follow()
    }
  }
  const found = () => ['apple', 'odd', '"apple 7"', 'wor*', 'a*', '-even', 'from:bob'].map((q) => library.find(q))
  const tidied = (most = Infinity) => {
    const index = openIndexFile(folder, store.logId)
    try {
      const parts = () => (['doc', 'begin'] as const).map((table) => partsOf(index.tx, userId, table).length)
      const before = parts()
      let steps = 0
      for (const _ of tidying(index, [userId, userId + 1])) if (++steps >= most) break
      return { before, steps, after: parts() }
    } finally {
      index.close()
    }
  }
  await write(0, 15)
  const before = found()
  t.equal(before[0]!.length, 15)
  const { before: many, after } = tidied()
  t.equal(many.every((parts) => parts >= 4), true)
  t.same(after, [1, 1])
  t.same(found(), before)
  t.match(tidied(), { before: [1, 1], steps: 0, after: [1, 1] }, 'nothing is left to do')
  await write(15, 30)
  t.equal(found()[0]!.length, 30, 'what comes later is found beside it')
})
