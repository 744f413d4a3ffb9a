import { execFileSync } from 'node:child_process'
import { randomUUIDv7 } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import t from 'tap'
import type { Test } from 'tap'
import { connectAdmin } from '../../src/cli/admin-client.ts'
import { settingsFor } from '../connectors/email/recording-account.ts'
import { connect, failureOf } from '../fixtures/client.ts'
import type { Client } from '../fixtures/client.ts'
import { openJudge, tally } from '../rigs/judge.ts'
import { startServer } from '../rigs/server.ts'
import type { Server } from '../rigs/server.ts'
import { mail } from '../rigs/traffic.ts'
import { ownTree } from '../rigs/tree.ts'
import { dovecotMissing, freePorts, startDovecot } from '../servers/dovecot.ts'
import type { Dovecot } from '../servers/dovecot.ts'

t.setTimeout(900_000)
const root = process.getuid?.() === 0
const tools = (...names: string[]) => names.every((name) => ['/usr/bin/', '/bin/', '/usr/sbin/', '/sbin/'].some((folder) => existsSync(folder + name)))
/** A text that needs room of its own in the database. */
const long = (token: string) => `This is ${token}. ` + 'not much room here '.repeat(1_000)

/** The server as it is shipped, in a process of its own, with a mailbox that mail comes into all the time. */
type Road = {
  data: string
  server: Server
  dovecot: Dovecot
  client: Client
  /** Sends through the demo network; resolves once it is accepted, and notes that. */
  send(token: string, clientId?: string): Promise<string>
  acknowledged: Set<string>
  arrives(token: string): Promise<void>
  /** Resolves once the mail can be read by a client. */
  here(token: string): Promise<void>
  ready(): Promise<{ status: number, why?: string }>
  /** Everything acknowledged is stored, once, and the file is whole; also after another start. */
  judge(tokens: string[]): Promise<void>
}

async function until(what: string, check: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + 120_000; Date.now() < end; await pause(100)) if (await check()) return
  throw new Error(`waited in vain: ${what}`)
}

async function road(t: Test, data: string): Promise<Road> {
  const dovecot = await startDovecot()
  t.teardown(() => dovecot.close())
  const logs = mkdtempSync(join(tmpdir(), 'kinbox-storage-log-'))
  t.teardown(() => rmSync(logs, { recursive: true, force: true }))
  const [port] = await freePorts(1) as [number]
  const start = () => startServer({ tree: ownTree, data, port, faster: 6, log: join(logs, 'log') })
  const road: Road = {
    data, dovecot, server: await start(), client: undefined!, acknowledged: new Set(),
    async send(token, clientId = randomUUIDv7()) {
      const { id } = await road.client.call<{ id: string }>('message.send', { clientId, to: { kind: 'email', address: 'mia@kinbox.example' }, text: long(token) })
      road.acknowledged.add(token)
      return id
    },
    arrives: (token) => dovecot.deliver('ada', mail(token)),
    here: (token) => until(`${token} is stored`, () => tallied().has(token)),
    async ready() {
      const answer = await fetch(road.server.url + '/readyz')
      return { ...await answer.json() as object, status: answer.status }
    },
    async judge(tokens) {
      for (let lives = 0; lives < 2; lives++) {
        const judge = openJudge(data)
        t.equal(judge.integrity(), 'ok')
        judge.close()
        const counts = tallied()
        t.same([...road.acknowledged, ...tokens].filter((token) => counts.get(token) !== 1), [], 'everything acknowledged is there, once')
        road.server.kill()
        await road.server.ended
        road.server = await start()
      }
    }
  }
  t.teardown(async () => {
    road.server.kill()
    await road.server.ended
  })
  const tallied = () => {
    const judge = openJudge(data)
    try {
      return tally(judge.messages().map(({ text }) => text))
    } finally {
      judge.close()
    }
  }
  const admin = (await connectAdmin(data))!
  await admin.actions.userAdd({ name: 'ada', password: null })
  const { token } = await admin.actions.tokenCreate({ user: 'ada', name: 'test' })
  await admin.close()
  road.client = await connect(road.server.url, { token })
  t.teardown(() => road.client.cut())
  token_ = token
  await road.client.call('account.put', { kind: 'demo', settings: { pace: 86400 } })
  await road.client.call('account.put', { kind: 'email', settings: settingsFor(dovecot, 'ada') })
  await road.arrives('rig-before-1')
  await road.here('rig-before-1')
  await road.send('rig-before-2')
  return road
}

let token_ = ''

/** What works while nothing can be written: whoever is here reads on, and who comes anew logs in, reads, resumes. */
async function readsOn(t: Test, { server, client }: Road): Promise<void> {
  const old = await client.call<{ asOf: number, items: { id: string, title: string }[] }>('conversation.list', { folder: 'other' })
  t.equal(old.items.length > 0, true)
  const fresh = await connect(server.url, { token: token_, resume: { logId: client.hello.logId, seq: 0 } })
  await fresh.until(() => fresh.notices.some(({ method }) => method === 'sync.caughtUp'))
  t.same(await fresh.call('conversation.list', { folder: 'other' }), old, 'another device logs in and sees the same')
  await fresh.call('message.list', { conversationId: old.items[0]!.id })
  await fresh.close()
}

t.test('a small disk that is full: told, read-only, and over by itself', { skip: dovecotMissing || (root && mountable() ? false : 'a small disk of its own needs root who may mount'), timeout: 400_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kinbox-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=700', 'tmpfs', folder])
  const unmount = () => {
    try {
      execFileSync('umount', ['-l', folder], { stdio: 'ignore' })
    } catch {
      // It is unmounted.
    }
  }
  process.once('exit', unmount)
  const data = join(folder, 'data')
  mkdirSync(data)
  t.teardown(() => {
    process.off('exit', unmount)
    unmount()
    rmSync(folder, { recursive: true, force: true })
  })
  const here = await road(t, data)
  const ballast = join(folder, 'ballast')
  const { bavail, bsize } = statfsSync(folder)
  writeFileSync(ballast, Buffer.alloc(bavail * bsize - 200_000))

  let refused: Awaited<ReturnType<typeof failureOf>> | null = null
  const clientId = randomUUIDv7()
  for (let i = 1; i < 100 && !refused; i++) {
    const sent = await here.send(`rig-fill-${i}`).catch((error: Awaited<ReturnType<typeof failureOf>>) => error)
    if (typeof sent !== 'string') refused = sent
  }
  t.match(refused, { kind: 'read_only', retryable: true, message: /The disk is full: free some space where the data folder lies/ })
  t.match(await failureOf(here.send('rig-again-1', clientId)), { kind: 'read_only' })
  t.match(await failureOf(here.client.call('blob.create', { name: 'photo.bin', contentType: 'application/octet-stream', base64: Buffer.alloc(120_000, 1).toString('base64') })), { kind: 'read_only', message: /disk is full/ }, 'a file, too')
  t.match(await here.ready(), { status: 503, why: /disk is full/ })
  await here.arrives('rig-during-1')
  await readsOn(t, here)
  // Several tries to write later it is still told, and nothing has slipped in.
  await until('the server has tried again', async () => (await (await fetch(here.server.url + '/metrics')).text()).includes('kinbox_database_writable 0'))
  t.match(await here.ready(), { status: 503 })

  rmSync(ballast)
  await until('it is ready again, and nobody did anything', async () => (await here.ready()).status === 200)
  await here.here('rig-during-1')
  const id = await here.send('rig-again-1', clientId)
  t.equal(await here.send('rig-again-1', clientId), id)
  t.match(await here.client.call('blob.create', { name: 'photo.bin', contentType: 'application/octet-stream', base64: Buffer.alloc(120_000, 1).toString('base64') }), { size: 120_000 })
  await here.judge(['rig-before-1', 'rig-during-1'])
})

t.test('another program holds the database: reading goes on meanwhile, and so does everything when it lets go', { skip: dovecotMissing, timeout: 400_000 }, async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'kinbox-held-'))
  t.teardown(() => rmSync(data, { recursive: true, force: true }))
  const here = await road(t, data)
  const other = new Database(join(data, 'kinbox.db'))
  t.teardown(() => other.close())

  other.exec('BEGIN IMMEDIATE')
  let answered = false
  const short = here.send('rig-short-1').then(() => { answered = true })
  for (let i = 0; i < 20; i++) await here.client.call('inbox.counts')
  t.equal(answered, false, 'who reads does not wait for who writes')
  other.exec('COMMIT')
  await short

  other.exec('BEGIN IMMEDIATE')
  const clientId = randomUUIDv7()
  const long = failureOf(here.send('rig-again-1', clientId))
  await here.arrives('rig-during-1')
  t.match(await long, { kind: 'read_only', retryable: true, message: /Another program holds the database: close it/ })
  t.match(await here.ready(), { status: 503, why: /Another program holds/ })
  await readsOn(t, here)
  other.exec('COMMIT')
  await until('it is ready again, and nobody did anything', async () => (await here.ready()).status === 200)
  await here.here('rig-during-1')
  const id = await here.send('rig-again-1', clientId)
  t.equal(await here.send('rig-again-1', clientId), id)
  await here.judge(['rig-before-1', 'rig-during-1'])
})

t.test('a database file that nothing may write any more', { skip: dovecotMissing || (root && immutable() ? false : 'a file that not even root may write needs root and a disk that knows such'), timeout: 400_000 }, async (t) => {
  const data = mkdtempSync(join('/tmp', 'kinbox-fixed-'))
  const files = ['kinbox.db', 'kinbox.db-wal'].map((name) => join(data, name))
  const fix = (how: '+i' | '-i') => void execFileSync('chattr', [how, ...files], { stdio: 'ignore' })
  t.teardown(() => {
    try {
      fix('-i')
    } catch {
      // Never fixed.
    }
    rmSync(data, { recursive: true, force: true })
  })
  const here = await road(t, data)
  fix('+i')
  const clientId = randomUUIDv7()
  t.match(await failureOf(here.send('rig-again-1', clientId)), { kind: 'read_only', retryable: true, message: /database file/ })
  t.match(await here.ready(), { status: 503, why: /database file/ })
  await here.arrives('rig-during-1')
  await readsOn(t, here)

  // Started over such a file it says what is wrong, and touches nothing.
  here.server.kill()
  await here.server.ended
  const log = join(data, '../' + data.split('/').at(-1) + '.log')
  t.teardown(() => rmSync(log, { force: true }))
  const [port] = await freePorts(1) as [number]
  await t.rejects(startServer({ tree: ownTree, data, port, log }), /did not start/)
  t.match(readFileSync(log, 'utf8'), /cannot be (opened|written).*(writable|look at the disk)/)
  fix('-i')
  here.server = await startServer({ tree: ownTree, data, port: Number(new URL(here.server.url).port), faster: 6, log })
  here.client = await connect(here.server.url, { token: token_ })
  await here.here('rig-during-1')
  await here.send('rig-again-1', clientId)
  await here.judge(['rig-before-1', 'rig-during-1'])
})

function mountable(): boolean {
  if (!tools('mount', 'umount')) return false
  const folder = mkdtempSync(join(tmpdir(), 'kinbox-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function immutable(): boolean {
  if (!tools('chattr')) return false
  const file = join(mkdtempSync(join('/tmp', 'kinbox-fix-')), 'file')
  writeFileSync(file, 'x')
  try {
    execFileSync('chattr', ['+i', file], { stdio: 'ignore' })
    try {
      writeFileSync(file, 'y')
      return false
    } catch {
      return true
    } finally {
      execFileSync('chattr', ['-i', file], { stdio: 'ignore' })
    }
  } catch {
    return false
  } finally {
    rmSync(join(file, '..'), { recursive: true, force: true })
  }
}
