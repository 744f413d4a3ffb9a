import t from 'tap'
import { remoteId } from '../../src/connector.ts'
import type { Prepared, Receipt, SendOperation } from '../../src/connector.ts'
import { desk, later, login, never, take, unsure } from './desk.ts'

/** Small, fast and repeatable (mulberry32). The seed is printed when something fails. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const rank = { queued: 0, sending: 1, uncertain: 2, sent: 3, failed: 4, delivered: 5, read: 6, cancelled: 7 }
/** The same at every run, unless another one is asked for. */
const seed = Number(process.env['SEED'] ?? 20261122)

t.test(`300 messages over a network that fails in every way, seed ${seed}`, async (t) => {
  const random = randomFrom(seed)
  const pick = <T>(list: T[]): T => list[Math.floor(random() * list.length)]!
  const d = await desk(t)
  await d.deliver.stop()
  /** What really went out, by attempt. */
  const delivered = new Map<string, number>()
  let restart = false

  for (const [account, net] of d.nets) {
    const have = (op: SendOperation): Receipt => {
      delivered.set(op.attempt, (delivered.get(op.attempt) ?? 0) + 1)
      return take(net, account, op)
    }
    const perform = (op: SendOperation): Receipt | Promise<Receipt> => {
      const dice = random()
      if (dice < 0.45) return have(op)
      if (dice < 0.60) return later()
      if (dice < 0.68) return never()
      if (dice < 0.70) return login()
      // The answer is lost: before the network had it, or after.
      if (dice < 0.78) return unsure()
      if (dice < 0.88) {
        have(op)
        return unsure()
      }
      // The process ends while it is sent.
      restart = true
      if (random() < 0.5) have(op)
      return new Promise(() => undefined)
    }
    net.script = { shift: () => perform } as unknown as typeof net.script
    const find = async (prepared: Prepared): Promise<Receipt | null> => {
      if (random() < 0.3) throw new Error('cannot say now')
      return delivered.has(prepared.attempt) ? { status: 'sent', remoteId: remoteId('f' + prepared.attempt) } : null
    }
    // The second account's network cannot be asked: there the user decides.
    if (account === d.mail) net.find = find
  }

  d.deliver = d.start({ stopMs: 1, random })
  const ids: number[] = []
  const last = new Map<number, string>()
  /** Sent again on the user's word: what failed, and what was uncertain (which may then arrive twice). */
  const retried = new Set<number>()
  const chosen = new Set<string>()
  const wrong: string[] = []
  const people = ['alice@friend.example', 'bob@friend.example', 'carol@friend.example']

  /** What is seen of an attempt rises; it goes back only where it certainly did not go, or the user said so. */
  const look = async () => {
    const rows = await d.store.read((tx) => tx.all<{ id: number, message: number, status: keyof typeof rank }>('SELECT a.id, d.message_id AS message, a.status FROM attempt a JOIN dispatch d ON d.id = a.dispatch_id'))
    for (const { id, message, status } of rows) {
      const before = (last.get(id) ?? 'queued') as keyof typeof rank
      const mayGoBack = before === 'sending' || before === 'uncertain' || (before === 'failed' && retried.has(message))
      if (rank[status] < rank[before] && !mayGoBack) wrong.push(`attempt ${id}: ${before} -> ${status}`)
      last.set(id, status)
    }
  }

  for (let round = 0; round < 400; round++) {
    if (ids.length < 300) ids.push(await d.send({ ...(random() < 0.5 ? { to: { kind: 'email', address: pick(people) } } : { to: { kind: 'phone', address: pick(['+15005550001', '+15005550002']) } }), text: `message ${round}` }))
    for (let i = Math.floor(random() * 6); i > 0; i--) await new Promise((tick) => setImmediate(tick))
    if (restart) {
      restart = false
      await d.deliver.stop()
      d.deliver = d.start({ stopMs: 1, random })
      await d.deliver.start()
    }
    // A new session from time to time, so that what waits for a login goes on.
    for (const net of d.nets.values()) if (random() < 0.2) net.session = Object.defineProperties({}, Object.getOwnPropertyDescriptors(net.session)) as typeof net.session
    d.clock.time += Math.floor(random() * 3_600_000)
    d.deliver.wake()
    if (random() < 0.2) await look()
    if (random() < 0.05) await d.cancel(pick(ids)).catch(() => undefined)
    if (random() < 0.05) {
      const id = pick(ids)
      const [before] = await d.dispatches(id)
      retried.add(id)
      if (await d.retry(id).then(() => true, () => false) && before!.state !== 'failed') chosen.add(before!.attempt)
    }
  }

  // No more errors: everything that is not for the user to decide comes to its end.
  for (const [account, net] of d.nets) net.script = { shift: () => (op: SendOperation) => {
    delivered.set(op.attempt, (delivered.get(op.attempt) ?? 0) + 1)
    return take(net, account, op)
  } } as unknown as typeof net.script
  await d.deliver.stop()
  for (const net of d.nets.values()) net.session = Object.defineProperties({}, Object.getOwnPropertyDescriptors(net.session)) as typeof net.session
  d.deliver = d.start({ stopMs: 1, random })
  await d.deliver.start()
  const states = () => d.store.read((tx) => tx.all<{ id: number, attempt: string, account_id: number, message_id: number, state: string }>('SELECT id, attempt, account_id, message_id, state FROM dispatch'))
  for (let i = 0; i < 2000; i++) {
    const open = (await states()).filter(({ state, account_id }) => state === 'queued' || state === 'sending' || (state === 'uncertain' && account_id === d.mail))
    if (open.length === 0) break
    d.clock.time += 3_600_000
    d.deliver.wake()
    await new Promise((tick) => setImmediate(tick))
  }
  await look()
  t.same(wrong, [], 'statuses only rise')

  const all = await states()
  t.equal(all.length, 300)
  t.same(all.filter(({ state }) => state === 'queued' || state === 'sending').map(({ id }) => id), [], 'nothing is left behind')
  const byNet = [...d.nets.values()].reduce((sum, net) => sum + net.took.length, 0)
  t.equal(byNet, [...delivered.values()].reduce((sum, n) => sum + n, 0))
  t.same(all.filter(({ attempt, state }) => state === 'done' && !delivered.has(attempt)).map(({ id }) => id), [], 'what is called sent was taken')
  t.same(all.filter(({ attempt, state }) => (state === 'failed' || state === 'cancelled') && delivered.has(attempt) && !chosen.has(attempt)).map(({ id }) => id), [], 'what is called failed was not')
  const doubled = all.filter(({ attempt }) => (delivered.get(attempt) ?? 0) > 1 && !chosen.has(attempt))
  t.same(doubled.map(({ id }) => id), [], 'nothing arrived twice')
  t.ok(all.filter(({ state }) => state === 'done').length > 100, 'and most arrived')
})
