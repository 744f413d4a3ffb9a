import t from 'tap'
import { remoteId } from '../../src/connector.ts'
import { removeAccount } from '../../src/store/accounts.ts'
import { desk, later, login, never, take, unsure } from './desk.ts'

const alice = { kind: 'email', address: 'alice@friend.example' }
const bob = { kind: 'email', address: 'bob@friend.example' }
const alicePhone = { kind: 'phone', address: '+15005550001' }
const minute = 60_000

t.test('sent: frozen first, then performed, then known by its place', async (t) => {
  const d = await desk(t)
  const net = d.nets.get(d.mail)!
  const states: string[] = []
  net.script.push(async (op) => {
    const [dispatch] = await d.dispatches(id)
    states.push(dispatch!.state, String(dispatch!.prepared?.messageId === op.attempt + '@example.org'), (await d.message(id)).status!)
    return take(net, d.mail, op)
  })
  d.offline.add(d.mail)
  const id = await d.send({ to: alice, text: 'Hello', subject: 'Hi' })
  d.offline.clear()
  d.deliver.wake(d.mail)
  await d.until(id, 'sent')
  t.same(states, ['sending', 'true', 'sending'], 'stored before it was sent')
  t.match(net.took, [{ text: 'Hello', subject: 'Hi', from: { address: 'ada@example.org', name: 'Ada' }, recipients: [{ ...alice, role: 'to' }], references: [] }])
  const [dispatch] = await d.dispatches(id)
  t.match(dispatch, { state: 'done', remoteId: `r${d.mail}-1`, tries: 1 })
  t.equal((await d.message(id)).messageId, dispatch!.attempt + '@example.org')
  t.equal((await d.store.read((tx) => tx.get<{ message_id: number }>('SELECT message_id FROM place WHERE remote_id = ?', `r${d.mail}-1`)))?.message_id, id)
})

t.test('later: back-off, the same bytes again; given up after five days and many tries', async (t) => {
  const d = await desk(t)
  const net = d.nets.get(d.mail)!
  net.script.push(later)
  const id = await d.send({ to: alice })
  await d.until(id, 'queued')
  for (let i = 0; i < 100_000 && (await d.dispatches(id))[0]!.tries === 0; i++) await new Promise((tick) => setImmediate(tick))
  await d.until(id, 'queued')
  t.match(await d.dispatches(id), [{ state: 'queued', tries: 1, nextAt: d.clock.now() + 31_000, attempts: [{ status: 'queued', error: { code: 'busy', text: 'The server is busy. It is tried again.' } }] }])
  d.clock.time += 31_000
  d.deliver.wake(d.mail)
  await d.until(id, 'sent')
  t.equal(net.prepared.length, 1, 'prepared once')
  t.match(await d.dispatches(id), [{ attempts: [{ error: null }] }], 'and the trouble is forgotten')

  // Twenty tries and five days: whichever comes last.
  for (const { hours, tries } of [{ hours: 7, tries: 20 }, { hours: 5, tries: 26 }]) {
    net.script.push(...Array.from({ length: tries }, () => later))
    const doomed = await d.send({ to: bob })
    const tried = async () => (await d.dispatches(doomed))[0]!.tries
    for (let i = 0; i < 40 && (await d.message(doomed)).status !== 'failed'; i++) {
      for (let ticks = 0; ticks < 500 && await tried() <= i; ticks++) await new Promise((tick) => setImmediate(tick))
      // The outcome is another transaction than the claim.
      for (let ticks = 0; ticks < 500 && (await d.dispatches(doomed))[0]!.state === 'sending'; ticks++) await new Promise((tick) => setImmediate(tick))
      d.clock.time += hours * 60 * minute
      d.deliver.wake(d.mail)
    }
    t.match(await d.dispatches(doomed), [{ state: 'failed', tries, attempts: [{ status: 'failed', error: { code: 'gave-up', text: /five days.*The server is busy/ } }] }], `tried every ${hours} hours`)
  }
})

t.test('one that waits holds back what follows in the same strand, and nobody else', async (t) => {
  const d = await desk(t)
  d.nets.get(d.mail)!.script.push(later)
  d.offline.add(d.mail)
  const first = await d.send({ to: alice, text: '1' })
  const second = await d.send({ to: alice, text: '2' })
  const other = await d.send({ to: bob, text: '3' })
  d.offline.clear()
  d.deliver.wake()
  await d.until(other, 'sent')
  t.same([(await d.message(first)).status, (await d.message(second)).status], ['queued', 'queued'])
  d.clock.time += minute
  d.deliver.wake()
  await d.until(second, 'sent')
  t.same(d.nets.get(d.mail)!.took.map(({ text }) => text), ['3', '1', '2'])
})

t.test('never: failed, with the words; retry sends the same', async (t) => {
  const d = await desk(t)
  const net = d.nets.get(d.mail)!
  net.script.push(never)
  const id = await d.send({ to: alice })
  await d.until(id, 'failed')
  t.match(await d.dispatches(id), [{ state: 'failed', attempts: [{ status: 'failed', error: { code: 'refused', text: 'There is no such mailbox. Check the address.' } }] }])
  const before = (await d.dispatches(id))[0]!
  await d.retry(id)
  await d.until(id, 'sent')
  const after = (await d.dispatches(id))[0]!
  t.same([after.attempt, after.prepared, net.took[0]!.attempt], [before.attempt, before.prepared, before.attempt])
  await t.rejects(d.retry(id), { kind: 'conflict', message: /Nothing of this message has failed/ })
})

t.test('after-login: it waits for a new session, and the account says so', async (t) => {
  const d = await desk(t)
  const net = d.nets.get(d.mail)!
  net.script.push(login)
  const id = await d.send({ to: alice })
  for (let i = 0; i < 100_000 && d.complaints.length === 0; i++) await new Promise((tick) => setImmediate(tick))
  t.same(d.complaints, ['The password is wrong. Enter it again.'])
  await d.until(id, 'queued')
  d.deliver.wake(d.mail)
  d.clock.time += 60 * minute
  d.deliver.wake(d.mail)
  await d.store.read(() => undefined)
  t.equal(net.took.length, 0, 'not tried on the same session')
  net.session = { ...net.session }
  d.deliver.wake(d.mail)
  await d.until(id, 'sent')
})

t.test('uncertain: never repeated blindly', async (t) => {
  const d = await desk(t)
  const net = d.nets.get(d.mail)!

  await t.test('where the network cannot be asked, the user decides', async (t) => {
    net.script.push(unsure, unsure, unsure)
    const outcomes = ['sent', 'failed', 'retry'] as const
    for (const outcome of outcomes) {
      const took = net.took.length
      const id = await d.send({ to: alice, text: outcome })
      await d.until(id, 'uncertain')
      d.clock.time += 24 * 60 * minute
      d.deliver.wake()
      const [dispatch] = await d.dispatches(id)
      t.match(dispatch!.attempts, [{ status: 'uncertain', error: { code: 'cut' } }])
      await d.resolve(dispatch!.attempts[0]!.id, outcome)
      await d.until(id, outcome === 'retry' ? 'sent' : outcome)
      t.equal(net.took.length - took, outcome === 'retry' ? 1 : 0)
      await t.rejects(d.resolve(dispatch!.attempts[0]!.id, 'retry'), { kind: 'conflict', message: /not uncertain/ })
    }
    await t.rejects(d.resolve(99, 'sent'), { kind: 'not_found', message: /attempt/ })
  })

  await t.test('a network that has it says so: sent', async () => {
    net.find = async () => ({ status: 'sent', remoteId: remoteId('found') })
    net.script.push(unsure)
    const id = await d.send({ to: alice })
    await d.until(id, 'sent')
  })

  await t.test('one that does not have it is asked twice before it is sent again', async (t) => {
    let asked = 0
    net.find = async () => {
      asked++
      return null
    }
    net.script.push(unsure)
    const took = net.took.length
    const id = await d.send({ to: alice })
    for (let i = 0; i < 100_000 && asked < 1; i++) await new Promise((tick) => setImmediate(tick))
    await d.until(id, 'uncertain')
    await d.store.hot(() => undefined)
    t.equal(net.took.length, took, 'not after the first answer')
    d.clock.time += 30_000
    d.deliver.wake()
    await d.until(id, 'sent')
    t.same([asked, net.took.length], [2, took + 1])
  })

  await t.test('one that cannot answer is asked again, a few times', async (t) => {
    let asked = 0
    net.find = async () => {
      asked++
      throw new Error('not now')
    }
    net.script.push(unsure)
    const id = await d.send({ to: alice })
    await d.until(id, 'uncertain')
    for (let i = 0; i < 12; i++) {
      d.deliver.wake()
      for (let tick = 0; tick < 20; tick++) await new Promise((end) => setImmediate(end))
      d.clock.time += 61 * minute
    }
    t.equal(asked, 5)
    t.equal((await d.message(id)).status, 'uncertain')
  })

  await t.test('an unknown error is uncertain, and its text stays inside', async (t) => {
    net.find = null
    net.script.push(() => { throw new Error('password=hunter2') })
    const id = await d.send({ to: alice })
    await d.until(id, 'uncertain')
    t.notOk(JSON.stringify([await d.dispatches(id), d.log.lines]).includes('hunter2'))
  })
})

t.test('a receipt settles what was uncertain', async (t) => {
  const d = await desk(t)
  d.nets.get(d.text)!.script.push(unsure)
  const id = await d.send({ to: alicePhone })
  await d.until(id, 'uncertain')
  const [{ attempt } = { attempt: '' }] = await d.dispatches(id)
  await d.arrive(d.text, { type: 'receipt', attempt, remoteId: remoteId('SM1'), status: 'delivered' })
  t.match([await d.message(id), ...await d.dispatches(id)], [{ status: 'delivered' }, { state: 'done', remoteId: 'SM1' }])
})

t.test('an operation that hangs is uncertain; its late answer still counts', async (t) => {
  const d = await desk(t)
  await d.deliver.stop()
  d.deliver = d.start({ performMs: 20 })
  const net = d.nets.get(d.mail)!
  net.find = async () => null
  let answer: () => void = () => undefined
  net.script.push((op) => new Promise((settled) => { answer = () => settled(take(net, d.mail, op)) }))
  const id = await d.send({ to: alice })
  for (let i = 0; i < 12_000 && (await d.message(id)).status !== 'uncertain'; i++) await new Promise((tick) => setTimeout(tick, 5))
  t.match(await d.dispatches(id), [{ state: 'uncertain', attempts: [{ error: { code: 'timeout' } }] }])
  d.clock.time += 10 * minute
  d.deliver.wake()
  await d.until(await d.send({ to: bob }), 'sent')
  t.equal((await d.message(id)).status, 'uncertain', 'not asked about while it runs')
  answer()
  await d.until(id, 'sent')
  t.equal(net.took.length, 2)
})

t.test('after a crash: what was being sent is uncertain, and asked about', async (t) => {
  const d = await desk(t)
  await d.deliver.stop()
  d.deliver = d.start({ stopMs: 1 })
  const net = d.nets.get(d.mail)!
  let took = false
  net.script.push((op) => {
    take(net, d.mail, op)
    took = true
    return new Promise(() => undefined)
  })
  const id = await d.send({ to: alice })
  for (let i = 0; i < 100_000 && !took; i++) await new Promise((tick) => setImmediate(tick))
  t.equal((await d.dispatches(id))[0]!.state, 'sending')
  net.find = async () => ({ status: 'sent' })
  const next = d.start()
  t.teardown(() => next.stop())
  await next.start()
  await d.until(id, 'sent')
  t.equal(net.took.length, 1)
})

t.test('cancel: only while queued', async (t) => {
  const d = await desk(t)
  d.offline.add(d.mail)
  const id = await d.send({ to: alice })
  await d.cancel(id)
  await d.cancel(id)
  t.match([await d.message(id), ...await d.dispatches(id)], [{ status: 'cancelled' }, { state: 'cancelled', attempts: [{ status: 'cancelled' }] }])
  d.offline.clear()
  const sent = await d.send({ to: alice })
  await d.until(sent, 'sent')
  await t.rejects(d.cancel(sent), { kind: 'conflict', message: /on its way/ })
  await t.rejects(d.cancel(999), { kind: 'not_found', message: /outgoing/ })

  await t.test('in a race with sending, exactly one wins', async (t) => {
    const net = d.nets.get(d.mail)!
    let cancelled = 0
    const before = net.took.length
    for (let i = 0; i < 30; i++) {
      const id = await d.send({ to: alice })
      for (let wait = 0; wait < i % 6; wait++) await new Promise((tick) => setImmediate(tick))
      const won = await d.cancel(id).then(() => true, () => false)
      cancelled += Number(won)
      await d.until(id, won ? 'cancelled' : 'sent')
    }
    t.equal(net.took.length - before, 30 - cancelled)
  })
})

t.test('a group: one operation where the channel knows groups, else one each', async (t) => {
  const d = await desk(t)
  const carol = { kind: 'email', address: 'carol@friend.example' }
  await d.arrive(d.mail, {
    type: 'message', sender: { ...alice, raw: alice.address }, recipients: [{ kind: 'email', address: 'ada@example.org', role: 'to' }, { ...carol, role: 'cc' }], direction: 'in', text: 'Hi both', attachments: [], references: []
  }, 'g1')
  const group = await d.store.read((tx) => tx.get<{ id: number }>("SELECT id FROM conversation WHERE kind = 'group'"))
  d.nets.get(d.mail)!.script.push((op) => ({ ...take(d.nets.get(d.mail)!, d.mail, op), refused: [{ address: carol.address, error: { code: '550', text: 'There is no such mailbox.' } }] }))
  const id = await d.send({ conversationId: group!.id })
  await d.until(id, 'failed')
  const [dispatch, ...more] = await d.dispatches(id)
  t.same([dispatch!.state, more.length], ['done', 0])
  t.same(dispatch!.attempts.map(({ address, status, error }) => [address, status, error?.code]), [[alice.address, 'sent', undefined], [carol.address, 'failed', '550']])
  await t.rejects(d.retry(id), { kind: 'conflict', message: /Some of the recipients have it already/ })
  await d.arrive(d.mail, { type: 'receipt', attempt: dispatch!.attempt, status: 'failed', error: { code: '5.1.1', text: 'It came back.' } })
  t.match((await d.dispatches(id))[0]!.attempts, [{ status: 'failed', error: { code: '5.1.1' } }, { status: 'failed', error: { code: '550' } }], 'a bounce')
})

t.test('what goes to each of a group by itself is cancelled for all of them', async (t) => {
  const d = await desk(t)
  d.offline.add(d.text)
  const [alicePhone, bobPhone] = ['+15005550001', '+15005550002'].map((address) => ({ kind: 'phone', address })) as [typeof alice, typeof alice]
  await d.arrive(d.text, { type: 'message', sender: { ...alicePhone, raw: alicePhone.address }, recipients: [{ kind: 'phone', address: '+15005550100', role: 'to' }, { ...bobPhone, role: 'to' }], direction: 'in', text: 'Hi both', attachments: [], references: [] }, 'g1')
  const group = await d.store.read((tx) => tx.get<{ id: number }>("SELECT id FROM conversation WHERE kind = 'group'"))
  const id = await d.send({ conversationId: group!.id })
  t.same((await d.dispatches(id)).map(({ state }) => state), ['queued', 'queued'])
  await d.cancel(id)
  t.same((await d.dispatches(id)).map(({ state }) => state), ['cancelled', 'cancelled'])
})

t.test('what waits for an account that is removed fails', async (t) => {
  const d = await desk(t)
  d.offline.add(d.mail)
  const ids = [await d.send({ to: alice }), await d.send({ to: bob })]
  d.deliver.wake()
  await d.store.read(() => undefined)
  t.equal((await d.message(ids[0]!)).status, 'queued')
  await removeAccount(d.recording, { userId: d.ada, id: d.mail })
  d.deliver.wake()
  for (const id of ids) await d.until(id, 'failed')
  t.match((await d.dispatches(ids[0]!))[0]!.attempts, [{ error: { code: 'account-removed', text: /Send it again by another one/ } }])
})

t.test('stop waits for what is being sent', async (t) => {
  const d = await desk(t)
  const net = d.nets.get(d.mail)!
  const answer = Promise.withResolvers<void>()
  net.script.push(async (op) => {
    await answer.promise
    return take(net, d.mail, op)
  })
  const id = await d.send({ to: alice })
  await d.until(id, 'sending')
  const queued = await d.send({ to: alice })
  const stopped = d.deliver.stop()
  answer.resolve()
  await stopped
  t.same([(await d.message(id)).status, (await d.message(queued)).status], ['sent', 'queued'])
})
