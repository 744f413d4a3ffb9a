import t from 'tap'
import { Changes } from '../../src/feed/append.ts'
import { attemptsOf, dispatchesOf, raiseAttempt } from '../../src/store/dispatches.ts'
import type { ReceiptOf } from '../../src/store/dispatches.ts'
import { setReach, unreachable } from '../../src/store/reach.ts'
import { remoteId } from '../../src/connector.ts'
import { addTestUser } from '../fixtures/store.ts'
import { desk, never, take } from './desk.ts'

const alicePhone = { kind: 'phone', address: '+15005550001' }
type Status = 'sent' | 'delivered' | 'read' | 'failed'

/** All orders of a list. */
function orders<T>(list: T[]): T[][] {
  return list.length < 2 ? [list] : list.flatMap((one, i) => orders(list.toSpliced(i, 1)).map((rest) => [one, ...rest]))
}

t.test('receipts may come doubled and in any order', async (t) => {
  const d = await desk(t)
  const receipt = (of: Partial<ReceiptOf>, status: Status) => d.store.hot((tx) => {
    const changes = new Changes(d.ada)
    const found = raiseAttempt(tx, changes, { accountId: d.text, ...of }, status, status === 'failed' ? { code: 'x', text: 'It came back.' } : null, d.clock.now())
    if (!changes.empty) changes.append(tx, d.clock.now())
    return { found, silent: changes.empty }
  })
  const sent = async () => {
    const id = await d.send({ to: alicePhone })
    await d.until(id, 'sent')
    const [dispatch] = await d.dispatches(id)
    return { id, attempt: dispatch!.attempt, remote: dispatch!.remoteId! }
  }

  const endings: [Status[], Status][] = [[['sent', 'delivered', 'read'], 'read'], [['sent', 'failed'], 'failed'], [['failed', 'delivered'], 'delivered'], [['sent', 'delivered', 'failed'], 'delivered'], [['read', 'failed', 'sent'], 'read']]
  for (const [statuses, ending] of endings) {
    for (const order of orders(statuses)) {
      const { id, attempt, remote } = await sent()
      for (const [i, status] of [...order, ...order].entries()) await receipt(i % 2 ? { attempt } : { remoteId: remote }, status)
      t.equal((await d.message(id)).status, ending, order.join(', '))
    }
  }

  const { id, attempt } = await sent()
  const { rev } = await d.message(id)
  await receipt({ attempt }, 'sent')
  t.equal((await d.message(id)).rev, rev, 'a double changes nothing')
  t.equal((await receipt({ attempt: 'guess' }, 'failed')).found, null)
  t.equal((await receipt({ remoteId: 'guess' }, 'failed')).found, null)
  t.equal((await receipt({ attempt, recipient: '+15005550009' }, 'failed')).found, id, 'somebody else\'s failure')
  t.equal((await d.message(id)).status, 'sent', 'is not that of this recipient')
  t.equal((await receipt({ messageId: id, recipient: alicePhone.address }, 'failed')).found, id, 'a bounce that names the message')
  t.equal((await d.message(id)).status, 'failed')

  const bob = await addTestUser(d.store, 'bob')
  const other = await d.store.hot((tx) => tx.run("INSERT INTO account (id, user_id, kind, name, settings, hook, status, created_at) VALUES (999, ?, 'text', 'x', x'00', 'h', 'live', 0)", bob))
  t.equal(other, 1)
  t.equal((await receipt({ accountId: 999, attempt }, 'delivered')).found, null, 'another user\'s account says nothing about it')
})

t.test('a mail that is still on its way says why, and stays sent', async (t) => {
  const d = await desk(t)
  const id = await d.send({ to: alicePhone })
  await d.until(id, 'sent')
  const tell = (status: Status, error: { code: string, text: string } | null) => d.store.hot((tx) => {
    const changes = new Changes(d.ada)
    raiseAttempt(tx, changes, { accountId: d.text, messageId: id, recipient: alicePhone.address }, status, error, d.clock.now())
    const silent = changes.empty
    if (!silent) changes.append(tx, d.clock.now())
    return silent
  })
  const attempt = async () => d.store.read((tx) => attemptsOf(tx, dispatchesOf(tx, id)[0]!.id)[0]!)
  const late = { code: '4.4.1', text: 'The mail servers keep trying.' }
  t.equal(await tell('sent', late), false)
  t.match(await attempt(), { status: 'sent', error: late })
  t.equal(await tell('sent', late), true, 'told twice')
  await tell('delivered', null)
  t.match(await attempt(), { status: 'delivered', error: null })
  await tell('sent', late)
  t.match(await attempt(), { status: 'delivered', error: null }, 'old news')
})

t.test('a report is believed only where it names our mail and somebody it went to', async (t) => {
  const d = await desk(t)
  const alice = { kind: 'email', address: 'alice@friend.example' }
  const mallory = { kind: 'email', address: 'mallory@evil.test' }
  const id = await d.send({ to: alice })
  await d.until(id, 'sent')
  const [dispatch] = await d.dispatches(id)
  const messageId = `${dispatch!.attempt}@example.org`
  const failed = (of: { messageId: string, recipient?: typeof alice }) => d.arrive(d.mail, { type: 'receipt', status: 'failed', error: { code: '5.1.1', text: 'Nobody has this address.' }, ...of })
  await failed({ messageId: 'guess@example.org', recipient: alice })
  await failed({ messageId, recipient: mallory })
  await failed({ messageId })
  t.equal((await d.message(id)).status, 'sent')
  await failed({ messageId, recipient: alice })
  t.equal((await d.message(id)).status, 'failed')
  await d.arrive(d.mail, { type: 'receipt', status: 'read', messageId, recipient: alice })
  t.equal((await d.message(id)).status, 'read', 'whoever has read it has it')
})

t.test('a failure of an earlier try is old news', async (t) => {
  const d = await desk(t)
  const net = d.nets.get(d.text)!
  const id = await d.send({ to: alicePhone })
  await d.until(id, 'sent')
  const first = (await d.dispatches(id))[0]!.remoteId!
  const fail = (remote: string) => d.arrive(d.text, { type: 'receipt', remoteId: remoteId(remote), status: 'failed', error: { code: 'x', text: 'It came back.' } })
  await fail(first)
  await d.until(id, 'failed')
  let go: () => void = () => undefined
  net.script.push(async (op) => {
    await new Promise<void>((end) => { go = end })
    return take(net, d.text, op)
  })
  await d.retry(id)
  await d.until(id, 'sending')
  await fail(first)
  t.equal((await d.message(id)).status, 'sending')
  go()
  await d.until(id, 'sent')
  await fail(first)
  t.equal((await d.message(id)).status, 'sent')
  await fail((await d.dispatches(id))[0]!.remoteId!)
  t.equal((await d.message(id)).status, 'failed')
})

t.test('a receipt that overtakes the answer of perform', async (t) => {
  const d = await desk(t)
  const net = d.nets.get(d.text)!
  const early = async (status: Status, then: 'answer' | 'error') => {
    net.script.push(async (op) => {
      await d.arrive(d.text, { type: 'receipt', attempt: op.attempt, status })
      return then === 'error' ? never() : take(net, d.text, op)
    })
    const id = await d.send({ to: alicePhone })
    for (let i = 0; i < 100_000 && ['queued', 'sending'].includes((await d.dispatches(id))[0]!.state); i++) await new Promise((tick) => setImmediate(tick))
    return [(await d.message(id)).status, (await d.dispatches(id))[0]!.state]
  }
  t.same(await early('delivered', 'answer'), ['delivered', 'done'])
  t.same(await early('delivered', 'error'), ['delivered', 'done'], 'who has it, has it')
  t.same(await early('failed', 'answer'), ['failed', 'failed'])
})

t.test('STOP and START: one state for each pair, by the network\'s time', async (t) => {
  const d = await desk(t)
  const own = { kind: 'phone', address: '+15005550100' }
  const set = (reachable: boolean, at: number, to = own) => d.store.hot((tx) => setReach(tx, d.ada, { own: to, peer: alicePhone, reachable, reason: reachable ? 'START' : 'STOP', at }))
  const blocked = () => d.store.read((tx) => unreachable(tx, d.ada, [alicePhone]).map(({ own, reason }) => [own, reason]))
  t.equal(await set(false, 10), true)
  t.equal(await set(false, 20), false, 'no change')
  t.equal(await set(true, 15), false, 'late news')
  t.same(await blocked(), [['phone:+15005550100', 'STOP']])
  t.equal(await set(true, 30), true)
  t.same(await blocked(), [])
  await set(false, 40, { kind: 'phone', address: '+15005550101' })
  t.same(await blocked(), [['phone:+15005550101', 'STOP']], 'another own number is another pair')
  t.same(await d.store.read((tx) => unreachable(tx, 999, [alicePhone])), [])
})
