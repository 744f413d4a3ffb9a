import { randomUUIDv7 } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { connectAdmin } from '../../src/cli/admin-client.ts'
import { freePorts } from '../servers/dovecot.ts'
import { openClient } from './client.ts'
import type { Event, RigClient } from './client.ts'
import { dice } from './dice.ts'
import type { Dice } from './dice.ts'
import { openJudge } from './judge.ts'
import type { Judge, LogRow } from './judge.ts'
import { startProxy } from './proxy.ts'
import { startServer } from './server.ts'
import { ownTree } from './tree.ts'

export type ResumeOptions = { seed: number, cuts: number, clients: number, tree?: string, withinMs?: number, say?(line: string): void }
export type ResumeResult = {
  seed: number
  /** Connections that were cut, of these after a resume with a replay, and snapshots that were taken. */
  cuts: number, replays: number, snapshots: number
  /** Events in the log, and how many the clients accepted in all. */
  events: number, accepted: number
  gaps: string[], doubles: string[], disorder: string[]
  /** Clients whose snapshot with the events after it is not what a snapshot says at the end. */
  windows: string[]
  wrong: string[]
  ms: number
}

/** How long a client may take to be where the log is, once its line is good. */
const arriveMs = 60_000
/** Events. */
const farBehind = 1_000
/** However busy the machine is. */
const leastCuts = 150
const people = ['alice@friend.example', 'bob@friend.example', 'carol@friend.example', 'dave@work.example'].map((address) => ({ kind: 'email', address }))

/** Clients that are cut at random bytes and come back, while a user's data changes all the time; what they have is compared with the log itself. */
export async function resumeRun({ seed, cuts, clients, tree = ownTree, withinMs = Infinity, say = () => undefined }: ResumeOptions): Promise<ResumeResult> {
  const began = Date.now()
  const chance = dice(seed)
  const folder = mkdtempSync(join(tmpdir(), 'kinbox-resume-'))
  const data = join(folder, 'data')
  mkdirSync(data)
  const result: ResumeResult = { seed, cuts: 0, replays: 0, snapshots: 0, events: 0, accepted: 0, gaps: [], doubles: [], disorder: [], windows: [], wrong: [], ms: 0 }
  const [port] = await freePorts(1) as [number]
  const server = await startServer({ tree, data, port, log: join(folder, 'log') })
  const proxy = await startProxy(port, chance.next)
  const judge = openJudge(data)
  const readers: Reader[] = []
  let writer: RigClient | null = null
  try {
    const admin = (await connectAdmin(data))!
    await admin.actions.userAdd({ name: 'ada', password: null })
    const { token } = await admin.actions.tokenCreate({ user: 'ada', name: 'rig' })
    await admin.close()
    writer = openClient({ url: () => server.url, token })
    await writer.greeted()
    await writer.call('account.put', { kind: 'demo', settings: { pace: 1, seed: 1 } })

    proxy.spoil({ kind: 'cut', reset: true, bytes: () => chance.pick([() => chance.between(0, 800), () => chance.between(0, 10_000), () => chance.between(0, 150_000)])() })
    const url = `http://127.0.0.1:${proxy.port}`
    for (let i = 0; i < clients; i++) readers.push(reader(i, url, token, dice(chance.between(0, 2 ** 31)), (['whole', 'window', 'some'] as const)[i % 3]!))

    let writing = true
    // Nobody works faster than the last of the clients can follow: else most of the run is one replay after the other.
    const far = () => readers.some(({ client }) => client.seq() >= 0 && writer!.seq() - client.seq() > farBehind)
    const done = Promise.all([1, 2, 3].map(() => write(writer!, chance, () => writing, far)))
    for (let told = 0; proxy.connections < cuts && (proxy.connections < leastCuts || Date.now() - began < withinMs);) {
      await pause(100)
      if (proxy.connections - told >= cuts / 10) {
        told = proxy.connections
        say(`${told} cuts, ${judge.head()} events`)
      }
    }
    writing = false
    if (!await within(done, arriveMs)) result.wrong.push(`a request of the writer had no answer after ${arriveMs / 1000} s`)
    result.cuts = proxy.connections
    // From here on the line is good; everybody has to arrive at the same place.
    proxy.heal()
    await writer.call('account.list').then(async (found) => {
      for (const { id } of (found as { items: { id: string }[] }).items) await writer!.call('account.remove', { id })
    })
    for (const one of readers) one.rest()
    say(`${result.cuts} cuts; the line is good again`)
    const { head, still } = await quiet(judge)
    if (!still) result.wrong.push(`the log still grows ${arriveMs / 1000} s after the last request, it is at ${head}`)
    // All at once, so that one that never arrives is told before anybody's patience ends.
    await Promise.all(readers.map(async ({ client, name }) => {
      if (!await arrives(client, head)) result.wrong.push(`client ${name} is at ${client.seq()}, the log at ${head}; it connected ${client.counts.connections} times`)
    }))
    say('everybody has arrived, or never will')
    const log = judge.log()
    result.events = log.length
    const final = await writer.call<Snapshot>('sync.snapshot')
    for (const { client, name, check } of readers) {
      result.accepted += client.events.length
      result.replays += client.counts.replays
      result.snapshots += client.counts.snapshots
      result.wrong.push(...client.wrong.map((text) => `client ${name}: ${text}`))
      check(log, final, result)
    }
    const sound = judge.integrity()
    if (sound !== 'ok') result.wrong.push(sound)
  } finally {
    writer?.stop()
    for (const { client } of readers) client.stop()
    judge.close()
    server.kill()
    if (!await within(server.ended, arriveMs)) result.wrong.push(`the server, process ${server.pid}, was killed and has not ended`)
    if (!await within(proxy.close(), arriveMs)) result.wrong.push('the proxy does not close')
    rmSync(folder, { recursive: true, force: true })
  }
  result.ms = Date.now() - began
  return result
}

type Reader = { name: string, client: RigClient, rest(): void, check(log: LogRow[], final: Snapshot, result: ResumeResult): void }
type Conversation = { id: string, rev: number, folder: 'inbox' | 'other', archivedAt?: string | null, lastAt: string | null, redirectTo?: string }
type Account = { id: string, rev: number }
type Snapshot = { asOf: number, counts: object, accounts: Account[], windows: Record<'inbox' | 'other', { items: Conversation[], nextCursor: string | null }> }

/** 'whole' reads everything; 'window' begins anew with a snapshot now and then; 'some' has a subscription, which it asks for after each hello. */
function reader(number: number, url: string, token: string, chance: Dice, kind: 'whole' | 'window' | 'some'): Reader {
  let base: Snapshot | null = null
  let resting = false
  const client = openClient({
    // Who stays away for longer has more to catch up with, and is cut in the middle of that.
    url: () => url, token, retryMs: number % 4 === 3 ? 400 : 5,
    async greeted(me) {
      if (resting) {
        if (kind === 'window' && base === null) base = await me.call<Snapshot>('sync.snapshot')
        return
      }
      if (kind === 'window') {
        if (base !== null && chance.chance(0.15)) {
          base = null
          me.forget()
          return
        }
        if (base === null) {
          base = await me.call<Snapshot>('sync.snapshot')
          me.counts.snapshots++
        }
      }
      if (kind === 'some') await me.call('sync.subscribe', { folders: ['inbox'] })
      setTimeout(() => { if (!resting) me.cut() }, chance.between(20, 1_500)).unref()
    }
  })
  const name = `${number} (${kind})`
  return {
    name,
    client,
    rest() {
      resting = true
      // Its subscription and what is half done end with the connection.
      client.cut()
    },
    check(log, final, result) {
      const mine = log.filter(({ seq }) => seq > client.from())
      const got = client.events
      const seqs = got.map(({ seq }) => seq)
      if (seqs.some((seq, i) => i > 0 && seq <= seqs[i - 1]!)) result.disorder.push(`client ${name}`)
      if (new Set(seqs).size !== seqs.length) result.doubles.push(`client ${name}`)
      const known = new Map(got.map((event) => [event.seq, event]))
      const must = kind === 'some' ? mine.filter(inInbox) : mine
      const missing = must.filter(({ seq }) => !known.has(seq))
      if (missing.length > 0) result.gaps.push(`client ${name} lacks ${missing.length} events, the first is ${missing[0]!.seq} (${missing[0]!.type})`)
      const rows = new Map(log.map((row) => [row.seq, row]))
      for (const event of got) if (event.type !== 'sync.position' && !isRow(event, rows.get(event.seq))) result.disorder.push(`client ${name}: event ${event.seq} is ${event.type} ${event.id}, the log has ${JSON.stringify(rows.get(event.seq))}`)
      if (kind === 'window' && base) {
        const now = applied(base, got)
        const { asOf: _asOf, ...expected } = final
        if (!isDeepStrictEqual(now, expected)) result.windows.push(`client ${name}, from a snapshot at ${base.asOf}: ${difference(now, expected)}`)
      }
    }
  }
}

/** By the row alone, as the protocol says: what touches the inbox, and what belongs to no conversation. */
function inInbox({ type, data }: LogRow): boolean {
  const { folder, was, conversation } = JSON.parse(data) as { folder?: string, was?: string, conversation?: number }
  if (folder === undefined && was === undefined) return conversation === undefined || !type.startsWith('conversation.')
  return folder === 'inbox' || was === 'inbox'
}

function isRow({ type, id }: Event, row: LogRow | undefined): boolean {
  return row !== undefined && row.type === type && (row.object === 0 || id?.slice(1) === String(row.object))
}

/** What a client shows that has a snapshot and has applied events as the protocol tells it to. */
function applied(base: Snapshot, events: readonly Event[]): Omit<Snapshot, 'asOf'> {
  let counts = base.counts
  const conversations = new Map([...base.windows.inbox.items, ...base.windows.other.items].map((one) => [one.id, one]))
  const accounts = new Map(base.accounts.map((one) => [one.id, one]))
  const put = <T extends { rev: number }>(held: Map<string, T>, { id, data }: Event) => {
    if (!data) held.delete(id!)
    else if ((data as unknown as T).rev >= (held.get(id!)?.rev ?? 0)) held.set(id!, data as unknown as T)
  }
  for (const event of events) {
    if (event.seq <= base.asOf) continue
    if (event.type === 'counts.changed') counts = event.data!
    else if (event.type.startsWith('conversation.')) put(conversations, event)
    else if (event.type.startsWith('account.')) put(accounts, event)
  }
  const number = ({ id }: { id: string }) => Number(id.slice(1))
  const items = (folder: 'inbox' | 'other') => [...conversations.values()]
    .filter((one) => one.folder === folder && !one.archivedAt && one.lastAt !== null && one.redirectTo === undefined)
    .sort((a, b) => b.lastAt!.localeCompare(a.lastAt!) || number(b) - number(a))
  return { counts, accounts: [...accounts.values()].sort((a, b) => number(a) - number(b)), windows: { inbox: { items: items('inbox'), nextCursor: null }, other: { items: items('other'), nextCursor: null } } }
}

function difference(now: Omit<Snapshot, 'asOf'>, expected: Omit<Snapshot, 'asOf'>): string {
  if (!isDeepStrictEqual(now.counts, expected.counts)) return `counts ${JSON.stringify(now.counts)}, should be ${JSON.stringify(expected.counts)}`
  if (!isDeepStrictEqual(now.accounts, expected.accounts)) return `accounts ${JSON.stringify(now.accounts)}, should be ${JSON.stringify(expected.accounts)}`
  const list = ({ windows }: typeof now) => [...windows.inbox.items, ...windows.other.items]
  const at = list(expected).findIndex((one, i) => !isDeepStrictEqual(one, list(now)[i]))
  return `conversation ${JSON.stringify(list(now)[at])}, should be ${JSON.stringify(list(expected)[at])}`
}

/** A user at work: writes, marks, pins, moves, names, befriends. */
async function write(client: RigClient, chance: Dice, goes: () => boolean, far: () => boolean): Promise<void> {
  const contacts: string[] = []
  for (const { kind, address } of people) {
    contacts.push((await client.call<{ id: string }>('contact.put', { name: address, addresses: [{ kind, address }] }).catch(() => ({ id: '' }))).id)
  }
  const conversations = async () => (await client.call<{ items: { id: string, pinned: boolean, folder: string }[] }>('conversation.list', { folder: chance.pick(['inbox', 'other']), limit: 20 })).items
  const acts: (() => Promise<unknown>)[] = [
    () => client.call('message.send', { clientId: randomUUIDv7(), to: chance.pick(people), text: 'A word '.repeat(chance.between(1, 200)) }),
    async () => { for (const { id, folder } of (await conversations()).slice(0, 1)) await client.call('conversation.route', { id, folder: folder === 'inbox' ? 'other' : 'inbox' }) },
    async () => { for (const { id, pinned } of (await conversations()).slice(0, 3)) await client.call('conversation.update', { id, pinned: !pinned }) },
    async () => { for (const { id } of (await conversations()).slice(0, 1)) await client.call('conversation.update', { id, archived: chance.chance(0.5) }) },
    () => client.call('friend.set', { contactId: chance.pick(contacts.filter(Boolean)), friend: chance.chance(0.5) }),
    () => client.call('contact.put', { id: chance.pick(contacts.filter(Boolean)), name: `Name ${chance.between(1, 1000)}` })
  ]
  // What is refused (a conversation that was joined to another meanwhile) changes nothing, and is no matter here.
  while (goes()) {
    if (far()) {
      await pause(20)
      continue
    }
    await chance.pick(acts)().catch(() => undefined)
    await pause(chance.between(0, 15))
  }
}

/** The head of the log once it has not moved for a while; where that never comes, as it is then. */
async function quiet(judge: Judge): Promise<{ head: number, still: boolean }> {
  let head = judge.head()
  for (let still = 0, until = Date.now() + arriveMs; still < 10; await pause(100)) {
    const now = judge.head()
    still = now === head ? still + 1 : 0
    head = now
    if (Date.now() > until) return { head, still: false }
  }
  return { head, still: true }
}

/** Whether a client gets there in time; one with a subscription hears by a ping how far the log has been read. */
async function arrives(client: RigClient, head: number): Promise<boolean> {
  for (const until = Date.now() + arriveMs; Date.now() < until; await pause(50)) if (client.seq() >= head) return true
  return false
}

async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  const over = new AbortController()
  try {
    return await Promise.race([work.then(() => true), pause(ms, false, { signal: over.signal })])
  } finally {
    over.abort()
  }
}
