import { mock } from 'node:test'
import t from 'tap'
import type { Test } from 'tap'
import { loadConnector } from '../../src/accounts/load.ts'
import { supervisor } from '../../src/accounts/supervisor.ts'
import type { SupervisorDeps } from '../../src/accounts/supervisor.ts'
import { ConnectorError } from '../../src/connector.ts'
import type { Account, Arrival, Connector, ReceiveAt, Session } from '../../src/connector.ts'
import { createAccount, getAccount, removeAccount } from '../../src/store/accounts.ts'
import { eventsAfter } from '../../src/store/events.ts'
import { fillGaps, gapsOf, noteAlive } from '../../src/store/gaps.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'
import { connectorFolder, pigeon } from './folder.ts'

/** Waits to try again end when the test says so: else what is seen between two tries depends on how busy the machine is. */
function holdTimers(t: Test): void {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
}

/** So soon it is tried again, by the back-off of these tests (ms). */
const retryMs = 100
const down = () => new ConnectorError('down', 'The server does not answer. It is tried again.', { retry: 'later' })
const password = () => new ConnectorError('login', 'The password is wrong. Enter it again.', { retry: 'after-login' })

/** What a test sees of one opened session. */
type Seen = { account: Account<unknown>, session: Session, lose(error: Error): void, end(): void, closed: boolean }
type Script = (account: Account<unknown>) => Promise<void> | void

async function watch(t: Test, more: Partial<SupervisorDeps> = {}) {
  const { store, seal, wakeup, clock, log } = await tempStore(t)
  const ada = await addTestUser(store, 'ada')
  const recording = { store, clock, notify: (userId: number) => wakeup.notify(userId) }
  const opened: Seen[] = []
  /** What opening does, next first; nothing: it opens. */
  const script: Script[] = []
  const open = async (account: Account<unknown>): Promise<Session> => {
    await script.shift()?.(account)
    let lose: (error: Error) => void = () => undefined
    let end: () => void = () => undefined
    const closed = new Promise<void>((resolve, reject) => {
      end = resolve
      lose = reject
    })
    const seen: Seen = {
      account, lose, end, closed: false,
      session: {
        prepare: async ({ type }) => ({ type, attempt: 'x', data: null }), perform: async () => ({ status: 'sent' }), closed,
        webhook: async ({ body }) => ({ status: 200, body: 'heard ' + Buffer.from(body).toString() }),
        async close() {
          seen.closed = true
          end()
        }
      }
    }
    opened.push(seen)
    return seen.session
  }
  const connector = { channel: 'pigeon', reaches: ['roof'], own: ({ own }: { own: string }) => [{ kind: 'roof', address: own }], context: () => ({ region: 'DE' }), canonical: (_kind: string, address: string) => address.toLowerCase(), open } as unknown as Connector
  const received: [number, Arrival[], ReceiveAt, unknown][] = []
  const signals: unknown[] = []
  const live: number[] = []
  const deps: SupervisorDeps = {
    store, seal, wakeup, clock, log, random: () => 0, dns: async () => [], connector: async () => connector, webhookUrl: (hook) => 'https://box.example.org/hooks/' + hook,
    receive: async (account, batch, at) => {
      received.push([account.id, batch, at, account])
      if (at.caughtUp) await store.hot((tx) => fillGaps(tx, { add: () => undefined }, account.id, clock.now()))
      return { stored: batch.length, known: 0, unreadable: 0 }
    },
    signal: (_user, _account, signal) => void signals.push(signal), live: (id) => void live.push(id), ...more
  }
  const made = {
    store, seal, clock, log, ada, recording, opened, script, received, signals, live, deps,
    supervisor: supervisor(deps),
    add: (settings: unknown = { own: 'Roof-1', password: 'hunter2' }) => createAccount(recording, seal, { userId: ada, kind: 'pigeon', name: 'Pigeons', settings, own: [{ kind: 'roof', address: 'roof-1' }] }),
    row: (id: number) => store.read((tx) => getAccount(tx, ada, id)!),
    gaps: (id: number) => store.read((tx) => gapsOf(tx, id)),
    async until(what: string, ready: () => boolean | Promise<boolean>) {
      for (const end = performance.now() + 60_000; performance.now() < end;) {
        if (await ready()) return
        await new Promise((turn) => setImmediate(turn))
      }
      throw new Error('waited in vain: ' + what)
    }
  }
  t.teardown(() => made.supervisor.stop())
  return made
}

t.test('an account is opened with what it needs, and what it hands over is received', async (t) => {
  const w = await watch(t)
  const id = await w.add()
  await w.supervisor.start()
  await w.until('live', async () => (await w.row(id)).status === 'live')
  const [seen] = w.opened
  const { hook } = await w.row(id)
  t.match(seen!.account, { id: String(id), settings: { password: 'hunter2' }, cursors: { live: null, history: null }, webhookUrl: 'https://box.example.org/hooks/' + hook })
  t.equal(w.supervisor.session(id), seen!.session)
  t.same(w.live, [id])
  t.same(w.supervisor.health(id), { status: 'live', error: null })
  t.same(await w.gaps(id), [], 'a new account has missed nothing')
  await seen!.account.receive([], { lane: 'history', cursor: 'h', progress: { done: 5, total: 9 } })
  t.match(w.received, [[id, [], { lane: 'history' }, { userId: w.ada, kind: 'pigeon', channel: 'pigeon', context: { own: [{ kind: 'roof', address: 'roof-1' }], region: 'DE', authserv: null } }]])
  t.same(w.signals, [{ type: 'progress', done: 5, total: 9 }])
  const events = await w.store.read((tx) => eventsAfter(tx, w.ada, 0, 100))
  t.ok(events.filter(({ type }) => type === 'account.changed').length >= 2)
})

t.test('awaiting receive is the acknowledgement', async (t) => {
  const w = await watch(t, { receive: async () => { throw new Error('the disk is full') } })
  const id = await w.add()
  await w.supervisor.open(id)
  await t.rejects(w.opened[0]!.account.receive([], { lane: 'live' }), { message: 'the disk is full' })
})

t.test('lost, reopened afresh, and the gap in between', async (t) => {
  const w = await watch(t)
  const id = await w.add()
  await w.supervisor.open(id)
  const first = w.opened[0]!
  const lostAt = w.clock.time += 1000
  holdTimers(t)
  w.script.push(() => { throw down() })
  first.lose(down())
  await w.until('retrying', async () => (await w.row(id)).status === 'retrying')
  t.match([await w.row(id), await w.gaps(id)], [{ error: { code: 'down', text: 'The server does not answer. It is tried again.' } }, [{ since: lostAt, until: null, filledAt: null }]])
  t.equal(w.supervisor.session(id), null)
  w.clock.time += 1000
  await w.until('live again', async () => {
    mock.timers.tick(retryMs)
    return (await w.row(id)).status === 'live'
  })
  t.equal(w.opened.length, 2)
  t.equal(first.closed, true, 'the old one is closed')
  await t.rejects(first.account.receive([], { lane: 'live', cursor: 'old' }), { message: /has ended/ }, 'and cannot move cursors any more')
  t.match(await w.gaps(id), [{ since: lostAt, until: w.clock.time, filledAt: null }])
  await w.opened[1]!.account.receive([], { lane: 'live', caughtUp: true })
  t.match(await w.gaps(id), [{ filledAt: w.clock.time }])
  w.opened[1]!.end()
  await w.until('a third', () => {
    mock.timers.tick(retryMs)
    return w.opened.length === 3
  })
  t.equal((await w.gaps(id)).length, 2, 'one that closes by itself is lost too')
})

t.test('a wrong password is not tried again by itself', async (t) => {
  const w = await watch(t)
  const id = await w.add()
  w.script.push(() => { throw password() })
  holdTimers(t)
  await w.supervisor.open(id)
  t.match(await w.row(id), { status: 'login-needed', error: { code: 'login', text: 'The password is wrong. Enter it again.' } })
  mock.timers.tick(24 * 3_600_000)
  for (let i = 0; i < 100; i++) await new Promise((end) => setImmediate(end))
  t.equal(w.opened.length, 0, 'not in a day')
  await w.supervisor.open(id)
  t.match(await w.row(id), { status: 'live', error: null })
  await w.supervisor.loginNeeded(id, { code: 'login', text: 'Sending needs a new login.' })
  t.match(await w.row(id), { status: 'login-needed', error: { text: 'Sending needs a new login.' } })
  t.ok(w.supervisor.session(id), 'it goes on receiving')
  const never = await w.add()
  w.script.push(() => { throw new ConnectorError('gone', 'This account was deleted. Remove it.', { retry: 'never' }) })
  await w.supervisor.open(never)
  t.match(await w.row(never), { status: 'stopped', error: { code: 'gone' } })
})

t.test('however long a provider was away, it is asked again every thirty seconds', async (t) => {
  const w = await watch(t, { random: () => 1 })
  const id = await w.add()
  const turn = () => new Promise((end) => setImmediate(end))
  let tries = 0
  w.script.push(...Array.from({ length: 12 }, () => () => {
    tries++
    throw down()
  }))
  holdTimers(t)
  await w.supervisor.open(id)
  for (let failed = 1; failed < 12; failed++) {
    t.equal(tries, failed)
    mock.timers.tick(30_100)
    for (let i = 0; i < 3_000 && (tries === failed || (await w.row(id)).status !== 'retrying'); i++) await turn()
  }
  t.equal(tries, 12)
  mock.timers.tick(30_100)
  for (let i = 0; i < 3_000 && (await w.row(id)).status !== 'live'; i++) await turn()
  t.equal((await w.row(id)).status, 'live')
})

t.test('an unknown error is tried again, and its text stays inside', async (t) => {
  const w = await watch(t)
  const id = await w.add()
  w.script.push(() => { throw new Error('login failed for hunter2') })
  holdTimers(t)
  await w.supervisor.open(id)
  t.match(await w.row(id), { status: 'retrying', error: { code: 'internal' } })
  mock.timers.tick(retryMs)
  await w.until('live', async () => (await w.row(id)).status === 'live')
  t.notOk((w.log.lines.join() + JSON.stringify(await w.row(id))).includes('hunter2'))
})

t.test('opening is bounded; what opens too late is closed', async (t) => {
  const w = await watch(t, { openMs: 30, retryBaseMs: 1_000_000, retryMaxMs: 1_000_000, random: () => 1 })
  const id = await w.add()
  let go: () => void = () => undefined
  w.script.push(() => new Promise((end) => { go = end }))
  await w.supervisor.open(id)
  t.match(await w.row(id), { status: 'retrying', error: { code: 'timeout' } })
  go()
  await w.until('closed', () => w.opened[0]?.closed === true)
  t.equal(w.opened[0]!.account.stopping.aborted, true)
})

t.test('after a crash the accounts were deaf since the last sign of life', async (t) => {
  const w = await watch(t)
  const old = await w.add()
  await w.supervisor.open(old)
  const alive = w.clock.time += 50_000
  await w.store.hot((tx) => noteAlive(tx, alive))
  const back = w.clock.time += 70_000
  const fresh = await w.add()
  const next = supervisor(w.deps)
  t.teardown(() => next.stop())
  await next.start()
  await w.until('both live', () => next.session(old) !== null && next.session(fresh) !== null)
  await w.until('told', async () => (await w.gaps(old))[0]?.until != null)
  t.match(await w.gaps(old), [{ since: alive, until: back, filledAt: null }])
  t.same(await w.gaps(fresh), [])
})

t.test('webhooks go to their session', async (t) => {
  const w = await watch(t)
  const id = await w.add()
  await w.supervisor.open(id)
  const { hook } = await w.row(id)
  const call = { method: 'POST', url: 'https://box.example.org/hooks/' + hook, headers: {}, body: Buffer.from('coo') }
  t.same(await w.supervisor.webhook(hook, call), { status: 200, body: 'heard coo' })
  t.equal(await w.supervisor.webhook('guess', call), null)
  w.opened[0]!.session.webhook = async () => { throw new Error('hunter2') }
  t.match(await w.supervisor.webhook(hook, call), { status: 500 })
  w.script.push(() => { throw password() })
  await w.supervisor.open(id)
  t.match(await w.supervisor.webhook(hook, call), { status: 503 })
  await w.supervisor.close(id)
  await removeAccount(w.recording, { userId: w.ada, id })
  t.equal(await w.supervisor.webhook(hook, call), null)
  t.notOk(w.log.lines.join().includes('hunter2'))
})

t.test('stop ends all, also what is just being opened, and nothing comes after', async (t) => {
  const w = await watch(t)
  const open = await w.add()
  const opening = await w.add()
  await w.supervisor.open(open)
  let aborted = false
  w.script.push((account) => new Promise<void>((end) => account.stopping.addEventListener('abort', () => {
    aborted = true
    end()
  })))
  const pending = w.supervisor.open(opening)
  await w.until('opening', () => w.script.length === 0)
  await w.supervisor.stop()
  await pending
  t.same([w.opened[0]!.closed, aborted, w.supervisor.session(open)], [true, true, null])
  await w.until('the late one is closed', () => w.opened[1]?.closed === true)
  await w.supervisor.open(open)
  t.equal(w.opened.length, 2)
  t.equal((await w.row(open)).status, 'live', 'stopping is no news about the account')
})

t.test('a connector that somebody wrote into a folder', async (t) => {
  const folder = await connectorFolder(t, { 'pigeon.ts': pigeon(`async open(account) {
    if (account.settings.behave === 'badly') throw new ConnectorError('hawk', 'A hawk sits on the roof. Chase it away.', { retry: 'after-login' })
    await account.receive([], { lane: 'live', cursor: 'c1', caughtUp: true })
    let end = () => {}
    const closed = new Promise<void>((resolve) => { end = resolve })
    return { prepare: async (op) => ({ type: op.type, attempt: 'x', data: null }), perform: async () => ({ status: 'sent' }), close: async () => end(), closed }
  },`) })
  const w = await watch(t, { connector: (kind) => loadConnector([folder], kind) })
  const good = await w.add()
  const bad = await w.add({ own: 'roof-2', behave: 'badly' })
  await w.supervisor.start()
  await w.until('live', async () => (await w.row(good)).status === 'live')
  await w.until('login-needed', async () => (await w.row(bad)).status === 'login-needed')
  t.match(w.received, [[good, [], { cursor: 'c1' }]])
  t.match(await w.row(bad), { error: { code: 'hawk', text: 'A hawk sits on the roof. Chase it away.' } })
})
