import t from 'tap'
import type { SqliteConnection } from '@mikro-orm/sqlite'
import Database from 'better-sqlite3'
import { join } from 'node:path'
import { User } from '../../src/store/entities.ts'
import type { Writer } from '../../src/store/tx.ts'
import { tempStore } from '../fixtures/store.ts'

/** Mulberry32: the same jobs at every run. */
function seeded(seed: number): () => number {
  return () => {
    seed = seed + 0x6D2B79F5 | 0
    let x = Math.imul(seed ^ seed >>> 15, 1 | seed)
    x = x + Math.imul(x ^ x >>> 7, 61 | x) ^ x
    return ((x ^ x >>> 14) >>> 0) / 4294967296
  }
}

const insert = 'INSERT INTO user (id, name, created_at) VALUES (?, ?, 0)'

t.test('what resolved is exactly what is durable: hot and cold jobs, a quarter failing', async t => {
  const { store, folder } = await tempStore(t)
  const random = seeded(20300101)
  const told = new Set<string>()
  const failed: string[] = []
  const jobs: Promise<void>[] = []
  for (let n = 0; n < 2000; n++) {
    const rows = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, i) => `job${n}row${i}`)
    const fails = random() < 0.25
    const when = Math.floor(random() * (rows.length + 1))
    const savepoint = random() < 0.2
    const lane = random() < 0.3 ? 'bulk' : 'live'
    const write = (tx: Writer, name: string): void => {
      tx.run(insert, tx.nextId('user'), name)
      if (!savepoint) return
      try {
        tx.savepoint(() => {
          tx.run(insert, tx.nextId('user'), name + 'undone')
          throw new Error('undo')
        })
      } catch {
        return
      }
    }
    const failAt = (i: number): void => {
      if (fails && i === when) throw new Error('meant to fail')
    }
    const job = random() < 0.6
      ? store.hot(tx => {
          rows.forEach((name, i) => {
            failAt(i)
            write(tx, name)
          })
          failAt(rows.length)
        }, lane)
      : store.cold(async (em, tx) => {
          for (const [i, name] of rows.entries()) {
            failAt(i)
            if (i % 2 === 0) {
              em.persist(em.create(User, { id: tx.nextId('user'), name, password: null, settings: {}, createdAt: 0, rev: 1 }))
              await em.flush()
            } else {
              write(tx, name)
              await Promise.resolve()
            }
          }
          failAt(rows.length)
        }, lane)
    jobs.push(job.then(() => rows.forEach(name => told.add(name)), () => void failed.push(...rows)))
    // Some wait for the queue, some pile up.
    if (random() < 0.05) await Promise.race(jobs.slice(-20))
  }
  await Promise.all(jobs)
  const fresh = new Database(join(folder, 'kinbox.db'), { readonly: true })
  t.teardown(() => fresh.close())
  const durable = new Set((fresh.prepare('SELECT name FROM user').all() as { name: string }[]).map(row => row.name))
  t.equal(failed.length > 500, true, 'many did fail')
  t.same([...told].filter(name => !durable.has(name)), [], 'told and lost')
  t.same([...durable].filter(name => !told.has(name)), [], 'stored and not told')
})

t.test('live goes before bulk, one at a time, and bulk is not forgotten', async t => {
  const { store } = await tempStore(t)
  const order: string[] = []
  let running = 0
  const job = (name: string, lane: 'live' | 'bulk'): Promise<void> => store.cold(async () => {
    t.equal(++running, 1)
    await Promise.resolve()
    running--
    order.push(name)
  }, lane)
  await Promise.all([job('first bulk', 'bulk'), job('second bulk', 'bulk'), job('first live', 'live'), job('second live', 'live')])
  t.same(order, ['first live', 'second live', 'first bulk', 'second bulk'])
  order.length = 0
  const many = Array.from({ length: 300 }, (_, i) => store.hot(() => void order.push(`live ${i}`)))
  await Promise.all([store.hot(() => void order.push('bulk'), 'bulk'), ...many])
  t.equal(order.indexOf('bulk'), 200, 'it waits for so many live ones at most')
})

t.test('a job that enters the queue again is refused', async t => {
  const { store } = await tempStore(t)
  const again = /entered again from inside a job/
  await t.rejects(store.cold(async () => { await store.hot(() => 1) }), again)
  await t.rejects(store.cold(async () => { await store.cold(async () => 1) }), again)
  let inner: Promise<number> | undefined
  await store.hot(() => { inner = store.hot(() => 1) })
  await t.rejects(inner!, again)
  t.equal(await store.cold(async () => store.read(() => 2)), 2, 'reading is another connection')
  t.equal(await store.hot(() => 3).then(() => store.hot(() => 4)), 4, 'after a job it is not inside')
})

t.test('a promise out of a synchronous transaction is refused, and nothing is written', async t => {
  const { store } = await tempStore(t)
  await t.rejects(store.hot(async tx => { tx.run(insert, 1, 'ada') }), /must not return a promise/)
  await t.rejects(store.read(async () => 1), /must not return a promise/)
  await t.rejects(store.hot(tx => { tx.savepoint(async () => { tx.run(insert, 1, 'ada') }) }), /must not return a promise/)
  t.equal(await store.read(tx => tx.get<{ n: number }>('SELECT count(*) AS n FROM user')?.n), 0)
})

t.test('a commit that fails leaves nothing, and the next job runs', async t => {
  const { store } = await tempStore(t)
  const orphan = (tx: Writer): void => {
    tx.run('PRAGMA defer_foreign_keys = ON')
    tx.run("INSERT INTO login (id, user_id, kind, name, hash, created_at) VALUES (?, 99, 'token', '', x'00', 0)", tx.nextId('login'))
  }
  for (let i = 0; i < 2; i++) {
    await t.rejects(store.hot(orphan), /FOREIGN KEY/)
    await t.rejects(store.cold(async (_em, tx) => orphan(tx)), /FOREIGN KEY/)
  }
  await store.hot(tx => tx.run(insert, 1, 'ada'))
  t.same(await store.read(tx => tx.all('SELECT (SELECT count(*) FROM login) AS logins, (SELECT count(*) FROM user) AS users')), [{ logins: 0, users: 1 }])
})

t.test('a write that bypassed the queue is found, not joined', async t => {
  const { store } = await tempStore(t)
  const native = await store.cold(async em => (em.getConnection() as SqliteConnection).getNativeClient())
  native.exec('BEGIN')
  await t.rejects(store.hot(tx => tx.run(insert, 1, 'ada')), /bypassed the queue/)
  native.exec('ROLLBACK')
  t.equal(await store.hot(tx => tx.run(insert, 1, 'ada')), 1)
})

t.test('a transaction ends with its job', async t => {
  const { store } = await tempStore(t)
  let kept: Writer | undefined
  await store.hot(tx => { kept = tx })
  await t.rejects(store.hot(() => kept!.run(insert, 1, 'ada')), /the transaction is over/)
  await t.rejects(store.hot(tx => {
    tx.run(insert, 1, 'ada')
    tx.run('ROLLBACK')
    tx.run(insert, 2, 'bob')
  }), /the transaction is over/, 'also when the database ended it by itself')
  t.equal(await store.read(tx => tx.get<{ n: number }>('SELECT count(*) AS n FROM user')?.n), 0)
})

t.test('ids rise, without holes in a transaction, and are not given again after a failure', async t => {
  const { store } = await tempStore(t)
  const three = (tx: Writer): number[] => [tx.nextId('message'), tx.nextId('message'), tx.nextId('message')]
  t.same(await store.hot(three), [1, 2, 3])
  await t.rejects(store.hot(tx => { three(tx); throw new Error('no') }), /no/)
  t.same(await store.cold(async (_em, tx) => three(tx)), [7, 8, 9])
})

t.test('a read is one view, also while something is committed', async t => {
  const { store } = await tempStore(t)
  await store.hot(tx => tx.run(insert, 1, 'ada'))
  const [before, after] = await Promise.all([
    store.read(tx => tx.all('SELECT id FROM user').length),
    store.hot(tx => tx.run(insert, 2, 'bob')).then(() => store.read(tx => tx.all('SELECT id FROM user').length))
  ])
  t.same([before, after], [1, 2])
  await t.rejects(store.read(tx => tx.get('INSERT INTO user (id, name, created_at) VALUES (9, ?, 0) RETURNING id', 'x')), /readonly/)
})

t.test('closing lets what waits finish, and takes nothing more', async t => {
  const { store, folder } = await tempStore(t)
  const done = Array.from({ length: 20 }, (_, i) => store.hot(tx => tx.run(insert, i + 1, `user${i}`)))
  await store.close()
  t.same(new Set(await Promise.all(done)), new Set([1]))
  await t.rejects(store.hot(() => 1), /the database is closed/)
  const fresh = new Database(join(folder, 'kinbox.db'), { readonly: true })
  t.teardown(() => fresh.close())
  t.equal((fresh.prepare('SELECT count(*) AS n FROM user').get() as { n: number }).n, 20)
})
