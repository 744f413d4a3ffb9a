import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { connectAdmin } from '../../src/cli/admin-client.ts'
import { inMailbox, settingsFor } from '../connectors/email/recording-account.ts'
import { startTwilio } from '../fakes/twilio.ts'
import { person } from '../connectors/xmpp/person.ts'
import { freePorts, startDovecot } from '../servers/dovecot.ts'
import { prosodyMissing, startProsody } from '../servers/prosody.ts'
import { backups } from './backups.ts'
import { openClient } from './client.ts'
import type { RigClient } from './client.ts'
import { dice } from './dice.ts'
import { openJudge, tally, tokenIn } from './judge.ts'
import type { Judge } from './judge.ts'
import { openLedger } from './ledger.ts'
import { migrationKills } from './migration.ts'
import { points } from './points.ts'
import { preparePage, standBy } from './server.ts'
import type { Armed, Standby } from './server.ts'
import { bodyOf, checkArrived, checkSent, complaints, findings, noFindings } from './verdict.ts'
import type { Findings } from './verdict.ts'
import { adasJid, adasNumber, alicesJid, alicesNumber, mail, traffic } from './traffic.ts'
import { ownTree } from './tree.ts'

export type KillOptions = {
  seed: number
  kills: number
  tree?: string
  /** Only these points, and no random moments: for the controls. */
  only?: string[]
  /** After so long (ms) no further kill is begun, once there were a few: on a busy machine a short run has fewer. */
  withinMs?: number
  say?(line: string): void
  /** How long the last server may go without bringing anything in or out before what is missing counts as lost (ms). */
  settleMs?: number
}

/** What came of it. The four lists of what must not be, and counts. */
export type KillResult = Findings & {
  seed: number
  kills: number
  /** At a named point, at a random moment, and of the points that were wanted, how many were passed. */
  named: number, random: number, reached: string[], missed: string[]
  /** Sends of which nobody can say whether they went: shown to the user as such. Of these, how many did go. */
  uncertain: number, uncertainArrived: number
  acknowledged: Record<'mail' | 'text' | 'chat' | 'status' | 'send' | 'file', number>
  backups: number
  events: number, ms: number
}

/** A point is waited for at least so long (ms), and three times as long as the start took: the machine may be busy. */
const patienceMs = 3_000
const leastKills = 12
const history = 120

/** Kills the server again and again while mail, text messages, imports and clients run against it, and compares ledger, database, client, mailbox and peers. */
export async function killRun({ seed, kills, tree = ownTree, only, withinMs = Infinity, say = () => undefined, settleMs = 60_000 }: KillOptions): Promise<KillResult> {
  const began = Date.now()
  const chance = dice(seed)
  const folder = mkdtempSync(join(tmpdir(), 'kinbox-kill-'))
  const data = join(folder, 'data')
  mkdirSync(data)
  await preparePage(tree)
  const ledger = openLedger(join(folder, 'ledger'))
  const dovecot = await startDovecot()
  const twilio = await startTwilio({ clock: { now: () => Date.now() }, numbers: [adasNumber] })
  const prosody = prosodyMissing ? null : await startProsody({ users: [adasJid, alicesJid] })
  const friend = prosody && await person(prosody, alicesJid)
  const [port] = await freePorts(1) as [number]
  const url = `http://127.0.0.1:${port}`
  const result: KillResult = {
    seed, kills: 0, named: 0, random: 0, reached: [], missed: [], ...noFindings(), uncertain: 0, uncertainArrived: 0,
    acknowledged: { mail: 0, text: 0, chat: 0, status: 0, send: 0, file: 0 }, backups: 0, events: 0, ms: 0
  }
  const ready = () => standBy({ tree, data, port, publicUrl: url, log: join(folder, 'log') })
  let waiting: Standby | null = ready()
  let client: RigClient | null = null
  let end: (() => Promise<void>) | null = null

  try {
    // The first life: a user, two accounts, a mailbox with a past.
    await Promise.all(Array.from({ length: history }, (_, i) => dovecot.deliver('ada', mail(`rig-past-${i}`))))
    const first = waiting.go(null)
    waiting = ready()
    if (!await first.up) throw new Error(`the server did not start; its log is ${join(folder, 'log')}`)
    const admin = (await connectAdmin(data))!
    await admin.actions.userAdd({ name: 'ada', password: null })
    const { token } = await admin.actions.tokenCreate({ user: 'ada', name: 'rig' })
    await admin.close()
    client = openClient({ url: () => url, token })
    await client.greeted()
    const { id: alice } = await client.call<{ id: string }>('contact.put', { name: 'Alice', addresses: [{ kind: 'email', address: 'alice@friend.example' }, { kind: 'phone', address: alicesNumber }] })
    await client.call('friend.set', { contactId: alice, friend: true })
    const sms = await client.call<{ id: string }>('account.put', { kind: 'sms-twilio', settings: { accountSid: twilio.accountSid, authToken: twilio.authToken, number: adasNumber, baseUrl: twilio.url, pollSeconds: 1 } })
    twilio.webhook = (await client.call<{ webhookUrl: string }>('account.status', { id: sms.id })).webhookUrl
    // The first kill is to find the past of the mailbox still to be fetched: its account is made by a life that ends at once.
    await client.call('account.put', { kind: 'email', settings: settingsFor(dovecot, 'ada') })
    if (prosody) await client.call('account.put', { kind: 'xmpp', settings: { jid: adasJid, password: prosody.password, service: prosody.urls.xmpp, ca: prosody.certificate } })
    const kept = backups({ tree, data, folder, ledger })
    const around = traffic({ friend, dovecot, twilio, ledger, chance, client, tree, data, folder })
    end = () => around.stop()
    around.start()

    let server = first
    const seen = new Confirmed(result, ledger)
    for (const armed of planOf(kills, chance, only)) {
      if ((Date.now() - began > withinMs && result.kills >= leastKills) || (only && findings(result).length > 0)) break
      const point = armed && points.find(({ name }) => name === armed.name)!
      result.kills++
      if (point?.in === 'import') {
        server.kill()
        await server.ended
        const done = await around.importSome(armed!)
        count(done ? null : armed!.name)
        if (done) result.missed.push(armed!.name)
        seen.check(data, client)
        server = waiting!.go(null)
        waiting = ready()
        await server.up
        continue
      }
      if (point?.in === 'backup') {
        server.kill()
        await server.ended
        const done = await kept.make(armed!)
        count(done ? null : armed!.name)
        if (done) result.missed.push(armed!.name)
        kept.check()
        server = waiting!.go(null)
        waiting = ready()
        await server.up
        continue
      }
      // The server that runs dies at a random moment or not at all by this entry's doing: the next one carries the arming.
      server.kill()
      await server.ended
      server = waiting!.go(armed)
      // The next one loads while this one runs: that takes longer than most lives.
      waiting = ready()
      const importing = chance.chance(0.08) ? server.up.then((up) => up ? around.importSome() : false) : null
      const keeping = chance.chance(0.08) ? server.up.then((up) => up ? kept.make() : false) : null
      const started = Date.now()
      const moment = chance.between(20, 1_200)
      const stopping = new AbortController()
      const wait = (ms: number) => pause(ms, undefined, { signal: stopping.signal }).catch(() => undefined)
      await Promise.race([server.ended, armed ? server.up.then(() => wait(Math.max(patienceMs, 3 * (Date.now() - started)))) : wait(moment)])
      stopping.abort()
      server.kill()
      const { point: passed, signal, code } = await server.ended
      // What was imported while nobody owned the folder has the folder to itself.
      await importing
      if (await keeping !== null) kept.check()
      if (signal === null) result.wrong.push(`the server ended by itself with ${code}`)
      count(passed)
      if (armed && passed === null) result.missed.push(armed.name)
      ledger.write({ what: 'killed', kind: passed ?? 'random', token: String(result.kills) })
      seen.check(data, client)
      if (result.kills % 25 === 0) say(`${result.kills} kills, ${client.events.length} events, ${findings(result).length} findings`)
    }

    server.kill()
    await server.ended
    const last = waiting!.go(null)
    waiting = null
    if (!await last.up) throw new Error('the last server did not start')
    await Promise.race([around.stop(), pause(settleMs, undefined, { ref: false })])
    end = null
    await around.importRest()
    result.wrong.push(...around.wrong)
    await settled(data, ledger, client, only && findings(result).length > 0 ? 0 : settleMs)
    await finalCheck({ result, data, ledger, client, sunk: dovecot.sink.messages.map(({ raw }) => raw.toString()), texts: twilio.messages, chats: (friend?.heard ?? []).filter(({ name }) => name === 'message').map((stanza) => stanza.getChildText('body') ?? ''), box: await mailbox(dovecot) })
    result.wrong.push(...client.wrong, ...complaints(twilio.problems))
    last.kill()
    await last.ended
    if (!only) await kept.restore()
    result.wrong.push(...kept.wrong)
    result.backups = kept.made
  } finally {
    client?.stop()
    void end?.()
    waiting?.drop()
    await friend?.leave()
    await prosody?.close()
    await twilio.close()
    await dovecot.close()
    ledger.close()
  }
  if (!only) {
    const migrated = await migrationKills({ tree, folder, chance, say })
    result.kills += migrated.reached.length
    result.named += migrated.reached.length
    result.reached.push(...migrated.reached)
    result.missed.push(...migrated.missed)
    result.wrong.push(...migrated.wrong)
  }
  if (findings(result).length === 0) rmSync(folder, { recursive: true, force: true })
  else say(`what was found can be looked at in ${folder}`)
  result.ms = Date.now() - began
  return result

  function count(passed: string | null): void {
    if (passed === null) result.random++
    else {
      result.named++
      if (!result.reached.includes(passed)) result.reached.push(passed)
    }
  }
}

/** Two runs side by side as one: what was found in either, the points that either reached, and sums. */
export function together(a: KillResult, b: KillResult): KillResult {
  const reached = [...new Set([...a.reached, ...b.reached])]
  const kinds = Object.keys(a.acknowledged) as (keyof KillResult['acknowledged'])[]
  return {
    seed: a.seed, kills: a.kills + b.kills, named: a.named + b.named, random: a.random + b.random, reached, missed: [...a.missed, ...b.missed].filter((name) => !reached.includes(name)),
    lost: [...a.lost, ...b.lost], doubled: [...a.doubled, ...b.doubled], sentTwice: [...a.sentTwice, ...b.sentTwice], wrong: [...a.wrong, ...b.wrong],
    uncertain: a.uncertain + b.uncertain, uncertainArrived: a.uncertainArrived + b.uncertainArrived,
    acknowledged: Object.fromEntries(kinds.map((kind) => [kind, a.acknowledged[kind] + b.acknowledged[kind]])) as KillResult['acknowledged'],
    backups: a.backups + b.backups, events: a.events + b.events, ms: Math.max(a.ms, b.ms)
  }
}

/** Three kills of five at a named point, each point as often as any other; the rest at random moments. */
function planOf(kills: number, chance: ReturnType<typeof dice>, only?: string[]): (Armed | null)[] {
  const wanted = points.filter(({ name, in: where }) => only ? only.includes(name) : where !== 'migrate' && where !== 'past')
  const named: Armed[] = []
  const share = only ? kills : Math.max(Math.min(kills, wanted.length), Math.floor(kills * 0.6))
  while (named.length < share) named.push(...chance.shuffled(wanted).map(({ name, upTo = 1 }) => ({ name, nth: chance.between(1, upTo) })))
  const plan: (Armed | null)[] = [...named.slice(0, share), ...Array.from({ length: kills - share }, () => null)]
  // The past of the mailbox is looked at once, at the beginning.
  const past = points.filter(({ name, in: where }) => where === 'past' && (!only || only.includes(name))).map(({ name }) => ({ name, nth: 1 }))
  return [...past, ...chance.shuffled(plan)].slice(0, kills)
}

/** Looks into the database that a dead server left, before anything can be fetched again: what was acknowledged must be there already. */
class Confirmed {
  readonly #result: KillResult
  readonly #ledger: ReturnType<typeof openLedger>
  readonly #found = new Map<string, number>()
  readonly #checked = new Set<string>()
  #last = 0

  constructor(result: KillResult, ledger: ReturnType<typeof openLedger>) {
    this.#result = result
    this.#ledger = ledger
  }

  check(data: string, client: RigClient): void {
    const judge = openJudge(data)
    try {
      for (const { id, text } of judge.messages(this.#last)) {
        const token = tokenIn(text)
        if (token !== null) this.#found.set(token, (this.#found.get(token) ?? 0) + 1)
        this.#last = id
      }
      for (const kind of ['text', 'send', 'file']) {
        for (const token of this.#ledger.acknowledged(kind)) {
          if (this.#checked.has(token)) continue
          this.#checked.add(token)
          if (!this.#found.has(token)) this.#result.lost.push(`${token} was acknowledged and is not in the database after kill ${this.#result.kills}`)
        }
      }
      const head = judge.head()
      if (client.seq() > head) this.#result.lost.push(`a client has event ${client.seq()}, the log ends at ${head} after kill ${this.#result.kills}`)
    } finally {
      judge.close()
    }
  }
}

/** Waits until everything has come in and gone out that can, or for so long (ms) nothing more has: what is missing then is counted. */
async function settled(data: string, ledger: ReturnType<typeof openLedger>, client: RigClient, ms: number): Promise<void> {
  let before = ''
  let last = 0
  const found = new Set<string>()
  for (let until = Date.now() + ms; Date.now() < until; await pause(300)) {
    const judge = openJudge(data)
    try {
      for (const { id, text } of judge.messages(last)) {
        const token = tokenIn(text)
        if (token !== null) found.add(token)
        last = id
      }
      const { queued = 0, sending = 0 } = judge.dispatches()
      const here = ['mail', 'text', 'chat', 'send', 'file'].every((kind) => [...ledger.begun(kind)].every((token) => found.has(token)))
      if (here && queued + sending === 0 && client.seq() === judge.head()) return
      const now = `${found.size} ${queued} ${sending}`
      if (now !== before && ms > 0) until = Date.now() + ms
      before = now
    } finally {
      judge.close()
    }
  }
}

type Box = { inbox: Map<string, number>, sent: Map<string, number> }

async function mailbox(dovecot: Awaited<ReturnType<typeof startDovecot>>): Promise<Box> {
  return await inMailbox(dovecot, 'ada', async (box) => {
    const read = async (path: string) => {
      const { exists } = await box.mailboxOpen(path, { readOnly: true })
      const texts: string[] = []
      if (exists > 0) for await (const one of box.fetch('1:*', { source: true })) texts.push(one.source!.toString())
      return tally(texts.map(bodyOf))
    }
    return { inbox: await read('INBOX'), sent: await read('Sent') }
  })
}

async function finalCheck({ result, data, ledger, client, sunk, texts, chats, box }: {
  result: KillResult, data: string, ledger: ReturnType<typeof openLedger>, client: RigClient, sunk: string[], texts: { direction: string, body: string }[], chats: string[], box: Box
}): Promise<void> {
  const judge = openJudge(data)
  try {
    const rows = judge.messages()
    const counts = tally(rows.map(({ text }) => text))
    const byToken = new Map(rows.map((row) => [tokenIn(row.text) ?? '', row]))
    for (const kind of ['mail', 'text', 'chat', 'send', 'file'] as const) {
      result.acknowledged[kind] = ledger.acknowledged(kind).size
      // The provider keeps a text message whose webhook failed, and polling fetches it: all must be here.
      checkArrived(result, counts, kind === 'text' ? ledger.begun(kind) : ledger.acknowledged(kind), ledger.begun(kind))
    }
    const past = Array.from({ length: history }, (_, i) => `rig-past-${i}`)
    checkArrived(result, counts, past, past)
    for (const { id, unreadable } of rows) if (unreadable !== null) result.wrong.push(`m${id} became unreadable: ${unreadable}`)

    // Peers: what the mail server relayed, and what the provider took.
    const peers = tally([...sunk.map(bodyOf), ...texts.filter(({ direction }) => direction === 'outbound-api').map(({ body }) => body), ...chats])
    Object.assign(result, checkSent(result, rows, peers, ledger.begun('send')))
    for (const token of ledger.acknowledged('status')) if (byToken.get(token)?.status !== 'delivered') result.lost.push(`that ${token} was delivered was acknowledged, and it is ${byToken.get(token)?.status}`)
    result.acknowledged.status = ledger.acknowledged('status').size

    // The mailbox: each mail in it is a message at a place, and no copy of a sent mail was filed twice.
    const placed = judge.placed('email')
    for (const token of box.inbox.keys()) if (!placed.has(byToken.get(token)?.id ?? -1)) result.lost.push(`${token} is in the mailbox, and its place is not known`)
    for (const [token, times] of box.sent) {
      if (times > 1) result.doubled.push(`${token} is in Sent ${times} times`)
      if (!peers.has(token)) result.wrong.push(`${token} is in Sent and reached nobody`)
    }

    // A client that has resumed through all of it, against the log.
    result.events = compareLog(client, judge, result)
    compareState(client, judge, rows, result)
    const sound = judge.integrity()
    if (sound !== 'ok') result.wrong.push(`integrity_check: ${sound}`)
  } finally {
    judge.close()
  }
}

/** Every event after the client's first, once, in order. Returns how many. */
export function compareLog(client: RigClient, judge: Judge, result: { lost: string[], wrong: string[] }): number {
  const log = judge.log().filter(({ seq }) => seq > client.from())
  const gone = log.length - client.events.length
  if (gone !== 0) result.lost.push(`the log has ${log.length} events, the client ${client.events.length}`)
  const at = log.findIndex((row, i) => client.events[i]?.seq !== row.seq || client.events[i]?.type !== row.type)
  if (at >= 0) result.wrong.push(`event ${log[at]!.seq} (${log[at]!.type}) is ${client.events[at]?.seq} (${client.events[at]?.type}) at the client`)
  return log.length
}

/** What the events made of each message is what the database has. */
function compareState(client: RigClient, judge: Judge, rows: ReturnType<Judge['messages']>, result: KillResult): void {
  const held = new Map<string, { rev: number, status?: string, text: string }>()
  for (const { type, id, data } of client.events) if (type.startsWith('message.') && data) held.set(id!, data as { rev: number, status?: string, text: string })
  const told = new Set(judge.log().filter(({ type, seq }) => type === 'message.created' && seq > client.from()).map(({ object }) => object))
  for (const { id, rev, status, text } of rows) {
    if (!told.has(id)) continue
    const mine = held.get(`m${id}`)
    if (!mine) result.lost.push(`the client has no m${id}`)
    else if (mine.rev !== rev || (mine.status ?? null) !== status || tokenIn(mine.text) !== tokenIn(text)) result.wrong.push(`the client has m${id} as ${mine.rev} ${mine.status}, the database as ${rev} ${status}`)
  }
}
