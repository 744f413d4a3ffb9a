import t from 'tap'
import { remoteId } from '../../src/connector.ts'
import type { IncomingMessage, SendOperation } from '../../src/connector.ts'
import { desk, take, unsure } from './desk.ts'
import type { Network } from './desk.ts'

const alicePhone = { kind: 'phone', address: '+15005550001' }
const bobPhone = { kind: 'phone', address: '+15005550002' }

/** What the network lists of something that went out by it. */
const listed = (text: string, to = alicePhone): IncomingMessage => ({
  type: 'message', direction: 'out', sender: { kind: 'phone', address: '+15005550100', raw: '+15005550100' }, recipients: [{ ...to, role: 'to' }], text, attachments: [], references: []
})
/** The network has it, and the answer is lost. */
const gone = (net: Network, account: number) => (op: SendOperation) => {
  take(net, account, op)
  return unsure()
}

t.test('what the network lists before it is asked is the echo of what had no answer', async (t) => {
  const d = await desk(t)
  const net = d.nets.get(d.text)!
  net.script.push(gone(net, d.text), gone(net, d.text))
  const id = await d.send({ to: alicePhone, text: 'Yes' })
  await d.until(id, 'uncertain')
  const other = await d.send({ to: bobPhone, text: 'Yes' })
  await d.until(other, 'uncertain')
  await d.deliver.stop()
  await d.arrive(d.text, listed('Yes', bobPhone), 'SM2')
  await d.arrive(d.text, listed('Yes'), 'SM1')
  const messages = () => d.store.read((tx) => tx.all<{ id: number }>('SELECT id FROM message ORDER BY id').map(({ id }) => id))
  t.same(await messages(), [id, other], 'nothing is shown twice')
  t.match(await d.dispatches(id), [{ state: 'done', remoteId: 'SM1', attempts: [{ status: 'sent' }] }])
  t.match(await d.dispatches(other), [{ state: 'done', remoteId: 'SM2' }])

  await d.arrive(d.text, listed('Yes'), 'SM3')
  t.equal((await messages()).length, 3, 'a second one was sent from elsewhere')
  await d.arrive(d.text, listed('No'), 'SM4')
  t.equal((await messages()).length, 4)
})

t.test('what went to several from elsewhere is no echo of what went to one of them', async (t) => {
  const d = await desk(t)
  d.nets.get(d.text)!.script.push(() => unsure())
  const id = await d.send({ to: alicePhone, text: 'Yes' })
  await d.until(id, 'uncertain')
  await d.deliver.stop()
  await d.arrive(d.text, { ...listed('Yes'), recipients: [{ ...alicePhone, role: 'to' }, { ...bobPhone, role: 'to' }] }, 'SM1')
  t.match(await d.dispatches(id), [{ state: 'uncertain', remoteId: null }])
  t.equal((await d.store.read((tx) => tx.all('SELECT id FROM message'))).length, 2)
})

t.test('what was sent long before, or waits, is no echo', async (t) => {
  const d = await desk(t)
  const net = d.nets.get(d.text)!
  d.offline.add(d.text)
  const waits = await d.send({ to: alicePhone, text: 'Yes' })
  await d.arrive(d.text, listed('Yes'), 'SM1')
  t.match(await d.dispatches(waits), [{ state: 'queued', remoteId: null }])
  d.offline.clear()
  net.script.push(unsure)
  d.deliver.wake(d.text)
  await d.until(waits, 'uncertain')
  d.clock.time -= 61_000
  await d.arrive(d.text, listed('Yes'), 'SM2')
  t.match(await d.dispatches(waits), [{ state: 'uncertain', remoteId: null }])
})

t.test('a place that is another one\'s is never taken', async (t) => {
  const d = await desk(t)
  const net = d.nets.get(d.text)!
  const first = await d.send({ to: alicePhone, text: 'Yes' })
  await d.until(first, 'sent')
  await d.arrive(d.text, listed('Yes'), 'SM-elsewhere')
  for (const remote of [(await d.dispatches(first))[0]!.remoteId!, 'SM-elsewhere']) {
    let asked = 0
    net.find = async () => {
      asked++
      return { status: 'sent', remoteId: remoteId(remote) }
    }
    net.script.push(unsure)
    const second = await d.send({ to: alicePhone, text: 'Yes' })
    await d.until(second, 'uncertain')
    for (let i = 0; i < 100_000 && asked === 0; i++) await new Promise((tick) => setImmediate(tick))
    for (let i = 0; i < 20; i++) await new Promise((tick) => setImmediate(tick))
    t.match(await d.dispatches(second), [{ state: 'uncertain', remoteId: null }], remote)
    t.equal(net.took.length, 1, 'nor sent again')
    await d.resolve((await d.dispatches(second))[0]!.attempts[0]!.id, 'failed')
  }
})
