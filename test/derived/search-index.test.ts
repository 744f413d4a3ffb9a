import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { searchIndex } from '../../src/derived/search-index.ts'
import { searcher } from '../../src/api/searcher.ts'
import { unindexed } from '../../src/derived/unindexed.ts'
import { parseSearch } from '../../src/model/search-query.ts'
import { openStore } from '../../src/store/database.ts'
import { openLibrary } from './library.ts'

const sender = { kind: 'email', address: 'bob@friend.example', raw: 'bob@friend.example' }
const letters = (text: string, count: number) => Array.from({ length: count }, (_, i) => ({ at: Date.UTC(2026, 0, 1) + i, sender, text: `${text} ${i}` }))

t.test('the threads: what was stored is found when upTo says so, also after a stop, a crash and damage', async (t) => {
  const library = await openLibrary(t)
  const { store, folder, wakeup, userId, log } = library
  let asked = searcher({ folder })
  t.teardown(() => asked.stop())
  const count = async (q: string) => (await asked.search({ userId, terms: parseSearch(q, { now: 0, timeZone: 'UTC' }), order: 'newest', limit: 200, cursor: null })).items.split('"id":"m').length - 1
  const open = () => searchIndex({ folder, store, wakeup, log, renewed: () => asked.reopen() })

  const first = open()
  await library.letters(letters('apple', 30))
  t.equal(first.indexed(userId), 0, 'nothing is known before it is started')
  await first.upTo(userId)
  t.equal(await count('apple'), 30)
  await library.letters(letters('pear', 1), { lane: 'live' })
  for (let head = first.indexed(userId); first.indexed(userId) === head;) await new Promise((resolve) => setImmediate(resolve))
  t.equal(await count('pear'), 1, 'it follows without being asked')
  const throttle = unindexed({ index: first, store, userId, most: 20 })
  for (let i = 0; i < 5; i++) {
    await library.letters(letters(`plum${i}`, 15))
    await throttle(15)
    t.equal(await count('plum*') >= 15 * (i + 1) - 20, true, 'bulk work does not run ahead')
  }
  const waiting = t.rejects(first.upTo(userId, 1_000_000), { message: /stopped/ })
  await first.stop()
  await waiting
  await t.rejects(first.upTo(userId), { message: /stopped/ })

  await library.letters(letters('grape', 10))
  const second = open()
  second.start()
  await second.opened()
  await second.upTo(userId)
  t.equal(await count('grape'), 10, 'what came while it was stopped')
  t.equal(second.rebuilding(userId), false)
  let released = 0
  const { unref } = Worker.prototype
  Worker.prototype.unref = function () {
    released++
    return unref.call(this)
  }
  t.teardown(() => { Worker.prototype.unref = unref })
  const other = t.rejects(second.upTo(userId, 1_000_000), { message: /stopped/ })
  const aborted = new AbortController()
  const gone = t.rejects(second.upTo(userId, 1_000_000, aborted.signal), { message: 'no longer' })
  aborted.abort(new Error('no longer'))
  await gone
  t.equal(released, 0, 'the process does not end as long as another one waits')
  await second.stop()
  await other
  // Whoever writes it and closes it last copies its write-ahead log into it.
  await asked.stop()
  library.follow()
  asked = searcher({ folder })

  const file = join(folder, 'search.db')
  const bytes = readFileSync(file)
  bytes.fill(0xff, 4096, bytes.length)
  writeFileSync(file, bytes)
  const third = open()
  await library.letters(letters('melon', 5))
  await third.upTo(userId)
  t.equal(await count('melon'), 5, 'a damaged index is made anew')
  t.equal(await count('apple'), 30)
  t.match(log.lines.join('\n'), /the search index was damaged and is made anew/)
  await third.stop()
})

t.test('whom the index does not know yet finds nothing', async (t) => {
  const { folder, userId, follow } = await openLibrary(t)
  follow()
  const asked = searcher({ folder })
  t.teardown(() => asked.stop())
  const request = { terms: parseSearch('apple', { now: 0, timeZone: 'UTC' }), order: 'newest', limit: 20, cursor: null } as const
  t.same(await asked.search({ ...request, userId: userId + 1 }), { items: '[]', people: '[]', next: null })
})

t.test('an index of another log is not believed', async (t) => {
  const library = await openLibrary(t)
  await library.letters(letters('apple', 3))
  library.follow()
  await library.store.hot((tx) => tx.run("UPDATE meta SET value = 'restored' WHERE key = 'log_id'"))
  const restored = await openStore({ folder: library.folder, clock: library.clock, log: library.log })
  await restored.hot((tx) => tx.run("UPDATE message_body SET text = 'pear'"))
  const index = searchIndex({ ...library, store: restored })
  await index.upTo(library.userId)
  t.same([library.find('apple').length, library.find('pear').length], [0, 3])
  await index.stop()
  await restored.close()
})
