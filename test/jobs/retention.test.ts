import t from 'tap'
import { Changes } from '../../src/feed/append.ts'
import { retention } from '../../src/jobs/retention.ts'
import { getAttachment, insertAttachment } from '../../src/store/attachments.ts'
import { findClientWrite, insertClientWrite } from '../../src/store/client-writes.ts'
import { eventsAfter, logBounds } from '../../src/store/events.ts'
import { createLogin, getLogin, revokeLogin } from '../../src/store/logins.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

const day = 86_400_000

t.test('events go after thirty days, and beyond the newest ones that are kept; the floor says from where a client can resume', async (t) => {
  const { store, clock, log } = await tempStore(t)
  const userId = await addTestUser(store, 'ada')
  const write = (n: number) => store.hot((tx) => {
    for (let i = 0; i < n; i++) {
      const changes = new Changes(userId)
      changes.add('contact.changed', i + 1, 1)
      changes.append(tx, clock.now())
    }
  })
  const seqs = () => store.read((tx) => eventsAfter(tx, userId, 0, 10_000).map(({ seq }) => seq))
  const floor = () => store.read((tx) => logBounds(tx, userId).floor)
  const job = retention({ store, clock, log, keepEvents: 8 })
  await write(5)
  await job.run()
  t.same([await seqs(), await floor()], [[1, 2, 3, 4, 5], 0])
  clock.time += 31 * day
  await write(3)
  await job.run()
  t.same([await seqs(), await floor()], [[6, 7, 8], 5])
  await write(2500)
  await job.run()
  t.same([await seqs(), await floor()], [[2501, 2502, 2503, 2504, 2505, 2506, 2507, 2508], 2500])
  // What is made from the log has come to 2502 only.
  await retention({ store, clock, log, keepEvents: 1, derived: () => 2502 }).run()
  t.same([await seqs(), await floor()], [[2503, 2504, 2505, 2506, 2507, 2508], 2502])
})

t.test('idempotency keys go after thirty days', async (t) => {
  const { store, clock, log } = await tempStore(t)
  const userId = await addTestUser(store, 'ada')
  const note = (id: string) => store.hot((tx) => insertClientWrite(tx, userId, id, { method: 'message.send', digest: new Uint8Array(32), object: 1 }, clock.now()))
  await note('old')
  clock.time += 29 * day
  await note('new')
  clock.time += 2 * day
  await retention({ store, clock, log }).run()
  t.same(await store.read((tx) => ['old', 'new'].map((id) => findClientWrite(tx, userId, id) !== undefined)), [false, true])
})

t.test('logins that ended more than thirty days ago go; good ones stay, however old', async (t) => {
  const { store, clock, log } = await tempStore(t)
  const userId = await addTestUser(store, 'ada')
  const login = (name: string, expiresAt?: number) => createLogin(store, { userId, kind: 'token', name, ...(expiresAt === undefined ? {} : { expiresAt }) }, clock)
  const ids = [await login('good'), await login('expired', clock.now() + day), await login('revoked')].map(({ id }) => id)
  await revokeLogin(store, { userId, id: ids[2]! }, clock)
  clock.time += 32 * day
  await retention({ store, clock, log }).run()
  t.same(await store.read((tx) => ids.map((id) => getLogin(tx, userId, id)?.name)), ['good', undefined, undefined])
})

t.test('uploads that no message uses go after a week', async (t) => {
  const { store, clock, log } = await tempStore(t)
  const userId = await addTestUser(store, 'ada')
  const upload = () => store.hot((tx) => insertAttachment(tx, userId, { messageId: null, digest: new Uint8Array(32), name: 'photo.jpg', contentType: 'image/jpeg', size: 1, inline: false, contentId: null }, clock.now()))
  const old = await upload()
  clock.time += 6 * day
  const young = await upload()
  const job = retention({ store, clock, log })
  const left = () => store.read((tx) => [old, young].filter((id) => getAttachment(tx, userId, id)))
  await job.run()
  t.same(await left(), [old, young])
  clock.time += 2 * day
  await job.run()
  t.same(await left(), [young])
})
