import t from 'tap'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventsAfter } from '../../src/store/events.ts'
import { createLogin, findLogin, getLogin, listLogins, loginById, revokeLogin, touchLogin } from '../../src/store/logins.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

t.test('a token is told once, found by its secret, and never stored', async t => {
  const { store, clock, folder } = await tempStore(t)
  const ada = await addTestUser(store, 'ada')
  const notified: number[] = []
  const { id, secret } = await createLogin(store, { userId: ada, kind: 'token', name: 'laptop' }, clock, userId => void notified.push(userId))
  t.match(secret, /^kbx_[A-Za-z0-9_-]{43}$/)
  t.same(await store.read(tx => findLogin(tx, secret, clock.now())), { id, userId: ada, kind: 'token' })
  t.same(await store.read(tx => loginById(tx, id, clock.now())), { id, userId: ada, kind: 'token' })
  for (const wrong of ['', secret.slice(0, -1), secret + 'x', 'kbx_' + 'A'.repeat(43)]) t.equal(await store.read(tx => findLogin(tx, wrong, clock.now())), null)
  t.same(notified, [ada])
  for (const name of ['kinbox.db', 'kinbox.db-wal']) t.equal((await readFile(join(folder, name))).includes(secret), false, name)
})

t.test('a revoked login is over at once, for its owner only', async t => {
  const { store, clock } = await tempStore(t)
  const [ada, bob] = [await addTestUser(store, 'ada'), await addTestUser(store, 'bob')]
  const one = await createLogin(store, { userId: ada, kind: 'session', name: 'browser' }, clock)
  const two = await createLogin(store, { userId: ada, kind: 'token', name: 'phone' }, clock)
  await t.rejects(revokeLogin(store, { userId: bob, id: one.id }, clock), { name: 'Refusal', message: /no such session/ })
  await revokeLogin(store, { userId: ada, id: one.id }, clock)
  await revokeLogin(store, { userId: ada, id: one.id }, clock)
  t.equal(await store.read(tx => findLogin(tx, one.secret, clock.now())), null)
  t.equal(await store.read(tx => loginById(tx, one.id, clock.now())), null)
  t.match(await store.read(tx => getLogin(tx, ada, one.id)), { revokedAt: clock.now(), rev: 2 })
  t.equal(await store.read(tx => getLogin(tx, bob, two.id)), undefined)
  t.same((await store.read(tx => listLogins(tx, ada, clock.now()))).map(login => login.name), ['phone'])
  t.same((await store.read(tx => eventsAfter(tx, ada, 0, 10))).map(event => [event.seq, event.type, event.object, event.rev]), [
    [1, 'session.changed', one.id, 1], [2, 'session.changed', two.id, 1], [3, 'session.changed', one.id, 2]
  ])
})

t.test('a login expires', async t => {
  const { store, clock } = await tempStore(t)
  const ada = await addTestUser(store, 'ada')
  const { id, secret } = await createLogin(store, { userId: ada, kind: 'session', name: 'browser', expiresAt: clock.now() + 1000 }, clock)
  t.match(await store.read(tx => findLogin(tx, secret, clock.now() + 999)), { id })
  t.equal(await store.read(tx => findLogin(tx, secret, clock.now() + 1000)), null)
  t.same(await store.read(tx => listLogins(tx, ada, clock.now() + 1000)), [])
})

t.test('its use is noted now and then', async t => {
  const { store, clock } = await tempStore(t)
  const ada = await addTestUser(store, 'ada')
  const { id } = await createLogin(store, { userId: ada, kind: 'token', name: 'laptop' }, clock)
  const used = async (now: number): Promise<number | null | undefined> => {
    await store.hot(tx => touchLogin(tx, id, now))
    return store.read(tx => getLogin(tx, ada, id)?.usedAt)
  }
  const from = clock.now()
  t.same([await used(from), await used(from + 60_000), await used(from + 3_600_000)], [from, from, from + 3_600_000])
})
