import t from 'tap'
import { Changes } from '../../src/feed/append.ts'
import { CursorGone, follow, pageSize } from '../../src/feed/log.ts'
import { Wakeup } from '../../src/feed/wakeup.ts'
import type { Store } from '../../src/store/store.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

/** One transaction with so many events. */
async function commit(store: Store, wakeup: Wakeup, userId: number, object: number, events: number): Promise<void> {
  await store.hot(tx => {
    const changes = new Changes(userId)
    for (let i = 0; i < events; i++) changes.add('contact.changed', object * 1000 + i, 1)
    changes.append(tx, 0)
  })
  wakeup.notify(userId)
}

async function collect(store: Store, wakeup: Wakeup, userId: number, cursor: number, until: number): Promise<{ seqs: number[], pages: number[] }> {
  const end = new AbortController()
  const seqs: number[] = []
  const pages: number[] = []
  for await (const page of follow(store, wakeup, userId, cursor, end.signal)) {
    pages.push(page.length)
    seqs.push(...page.map(event => event.seq))
    if (seqs.at(-1)! >= until) end.abort()
  }
  return { seqs, pages }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

t.test('no gap and no double, while others commit', async t => {
  const { store, wakeup } = await tempStore(t)
  const [ada, bob] = [await addTestUser(store, 'ada'), await addTestUser(store, 'bob')]
  await commit(store, wakeup, ada, 0, 5)
  const readers = [0, 3, 5].map(cursor => collect(store, wakeup, ada, cursor, 305).then(({ seqs }) => ({ cursor, seqs })))
  const writers = Array.from({ length: 150 }, async (_, i) => {
    if (i % 3 === 0) await Promise.resolve()
    await commit(store, wakeup, ada, i + 1, 1 + i % 3)
    await commit(store, wakeup, bob, i + 1, 1)
  })
  await Promise.all(writers)
  for (const { cursor, seqs } of await Promise.all(readers)) t.same(seqs, range(cursor + 1, 305), `from ${cursor}`)
  t.same((await collect(store, wakeup, bob, 0, 150)).seqs, range(1, 150), 'each user has a log of their own')
})

t.test('catching up comes in bounded pages', async t => {
  const { store, wakeup } = await tempStore(t)
  const ada = await addTestUser(store, 'ada')
  for (let i = 0; i < 3; i++) await commit(store, wakeup, ada, i, 400)
  t.same((await collect(store, wakeup, ada, 0, 1200)).pages, [pageSize, pageSize, 200])
})

t.test('a commit between the read and the wait wakes the reader', async t => {
  const wakeup = new Wakeup()
  const seen = wakeup.version(1)
  wakeup.notify(1)
  await wakeup.past(1, seen, new AbortController().signal)
  const end = new AbortController()
  const waiting = wakeup.past(1, wakeup.version(1), end.signal)
  wakeup.notify(2)
  t.equal(await Promise.race([waiting.then(() => 'woken'), Promise.resolve('asleep')]), 'asleep', 'another user wakes nobody')
  end.abort()
  await waiting
})

t.test('a commit right after an empty read is not slept through', async t => {
  const { store, wakeup } = await tempStore(t)
  const ada = await addTestUser(store, 'ada')
  let reads = 0
  const racing: Pick<Store, 'read'> = {
    async read(fn) {
      const found = await store.read(fn)
      if (++reads === 1) await commit(store, wakeup, ada, 1, 1)
      return found
    }
  }
  const end = new AbortController()
  const timer = setTimeout(() => end.abort(), 60_000)
  const first = await follow(racing, wakeup, ada, 0, end.signal).next()
  clearTimeout(timer)
  t.same(first.value?.map(event => event.seq), [1])
})

t.test('a reader ends when it is told to', async t => {
  const { store, wakeup } = await tempStore(t)
  const ada = await addTestUser(store, 'ada')
  const end = new AbortController()
  const next = follow(store, wakeup, ada, 0, end.signal).next()
  end.abort()
  t.same(await next, { done: true, value: undefined })
})

t.test('a cursor outside of the log needs a snapshot, also when pruning overtakes a slow reader', async t => {
  const { store, wakeup } = await tempStore(t)
  const ada = await addTestUser(store, 'ada')
  await commit(store, wakeup, ada, 0, 600)
  const { signal } = new AbortController()
  const slow = follow(store, wakeup, ada, 0, signal)
  t.equal((await slow.next()).value?.length, 500)
  await store.hot(tx => {
    tx.run('DELETE FROM event WHERE user_id = ? AND seq <= 550', ada)
    tx.run('UPDATE user_log SET floor = 550 WHERE user_id = ?', ada)
  })
  await t.rejects(slow.next(), new CursorGone('cursor_too_old'))
  await t.rejects(follow(store, wakeup, ada, 549, signal).next(), new CursorGone('cursor_too_old'))
  await t.rejects(follow(store, wakeup, ada, 601, signal).next(), new CursorGone('cursor_ahead'))
  t.equal((await follow(store, wakeup, ada, 550, signal).next()).value?.[0]?.seq, 551)
})
