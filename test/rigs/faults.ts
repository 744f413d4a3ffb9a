import { randomUUIDv7 } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { connectAdmin } from '../../src/cli/admin-client.ts'
import { settingsFor } from '../connectors/email/recording-account.ts'
import { startTwilio } from '../fakes/twilio.ts'
import type { FakeTwilio } from '../fakes/twilio.ts'
import { person } from '../connectors/xmpp/person.ts'
import { freePorts, startDovecot } from '../servers/dovecot.ts'
import { startProsody } from '../servers/prosody.ts'
import { openClient } from './client.ts'
import type { RigClient } from './client.ts'
import { dice } from './dice.ts'
import type { Dice } from './dice.ts'
import { openJudge, tally, tokenIn } from './judge.ts'
import { startProxy } from './proxy.ts'
import type { Fault, Proxy } from './proxy.ts'
import { startServer } from './server.ts'
import { mail } from './traffic.ts'
import { ownTree } from './tree.ts'
import { bodyOf, checkArrived, checkSent, complaints, findings, noFindings } from './verdict.ts'
import type { Findings } from './verdict.ts'

export type FaultsOptions = {
  seed: number
  faults: number
  /** Mailboxes, numbers and chat accounts, each behind proxies of its own. */
  mailboxes: number
  numbers: number
  chats: number
  /** The waits of the connectors are so many times shorter; how soon a half-open connection must be found, too. 1: as shipped. */
  faster: number
  /** Some faults last for minutes, as when a provider is away. */
  outages?: boolean
  /** No further fault is begun after so long (ms). */
  withinMs?: number
  tree?: string
  say?(line: string): void
}

export type FaultsResult = Findings & {
  seed: number, faults: number
  /** How many of each, as `imap reset`. */
  kinds: Record<string, number>
  /** Slowest recovery after the end of a fault, and slowest discovery of a half-open connection (ms, as measured). */
  recoveredMs: number, foundMs: number
  uncertain: number, uncertainArrived: number
  mails: number, texts: number, chatted: number, sends: number, ms: number
}

const recoverMs = 60_000
const findMs = 90_000
/** What the machine itself may take on top where waits are shortened (ms): it may be busy with other things, and that does not get shorter. */
const machineMs = 45_000

type Target = 'imap' | 'smtp' | 'sms' | 'xmpp'
type Lane = {
  name: string
  proxies: Partial<Record<Target, Proxy>>
  accountId: string
  /** Something arrives at the network. */
  arrive(token: string): Promise<void>
  /** To whom it writes. */
  to: { kind: string, address: string }
}

/** Spoils the lines of many accounts at once, each on its own, and sees that everything arrives once, and soon after the line is good again. */
export async function faultsRun({ seed, faults, mailboxes, numbers, chats, faster, outages = false, withinMs = Infinity, tree = ownTree, say = () => undefined }: FaultsOptions): Promise<FaultsResult> {
  const began = Date.now()
  const chance = dice(seed)
  const folder = mkdtempSync(join(tmpdir(), 'kinbox-faults-'))
  const data = join(folder, 'data')
  mkdirSync(data)
  const result: FaultsResult = { seed, faults: 0, kinds: {}, recoveredMs: 0, foundMs: 0, ...noFindings(), uncertain: 0, uncertainArrived: 0, mails: 0, texts: 0, chatted: 0, sends: 0, ms: 0 }
  const dovecot = await startDovecot()
  const jids = Array.from({ length: chats }, (_, i) => ({ own: `lane${i}@example.org`, friend: `friend${i}@friend.example` }))
  const prosody = chats > 0 ? await startProsody({ users: jids.flatMap(({ own, friend }) => [own, friend]) }) : null
  const friends = new Map<string, Awaited<ReturnType<typeof person>>>()
  const fakes: FakeTwilio[] = []
  const proxies: Proxy[] = []
  const [port] = await freePorts(1) as [number]
  const server = await startServer({ tree, data, port, faster, log: join(folder, 'log') })
  let client: RigClient | null = null
  const tokens = { mail: [] as string[], text: [] as string[], chat: [] as string[], send: [] as string[] }
  const next = (kind: keyof typeof tokens) => {
    const token = `rig-${kind}-${tokens[kind].length + 1}`
    tokens[kind].push(token)
    return token
  }
  const proxy = async (to: number) => {
    const one = await startProxy(to, chance.next)
    proxies.push(one)
    return one
  }

  const judge = openJudge(data)
  const known = { at: 0, last: 0, tokens: new Map<string, number>() }
  try {
    const admin = (await connectAdmin(data))!
    await admin.actions.userAdd({ name: 'ada', password: null })
    const { token } = await admin.actions.tokenCreate({ user: 'ada', name: 'rig' })
    await admin.close()
    client = openClient({ url: () => server.url, token })
    await client.greeted()
    const put = async (kind: string, settings: object) => (await client!.call<{ id: string }>('account.put', { kind, settings })).id
    const lanes: Lane[] = [
      ...await Promise.all(Array.from({ length: mailboxes }, async (_, i): Promise<Lane> => {
        const user = `lane${i}`
        // A third of the mailboxes each: in the clear, TLS from the first byte, TLS after a greeting.
        const security = (['none', 'tls', 'starttls'] as const)[i % 3]!
        const imap = await proxy(security === 'tls' ? dovecot.ports.imaps : dovecot.ports.imap)
        const smtp = await proxy(dovecot.ports.submission)
        const good = settingsFor(dovecot, user)
        return {
          name: user, proxies: { imap, smtp }, to: { kind: 'email', address: `friend${i}@friend.example` },
          accountId: await put('email', { ...good, ca: dovecot.certificate, imap: { ...good.imap, port: imap.port, security }, smtp: { ...good.smtp, port: smtp.port, security: security === 'none' ? 'none' : 'starttls' } }),
          arrive: (token) => dovecot.deliver(user, mail(token, { from: `Friend <friend${i}@friend.example>` }))
        }
      })),
      ...await Promise.all(Array.from({ length: numbers }, async (_, i): Promise<Lane> => {
        const number = `+1500555${1000 + i}`
        const fake = await startTwilio({ clock: { now: () => Date.now() }, numbers: [number], accountSid: 'AC' + String(i).padStart(32, 'a') })
        fakes.push(fake)
        const sms = await proxy(Number(new URL(fake.url).port))
        return {
          name: number, proxies: { sms }, to: { kind: 'phone', address: `+49151123450${10 + i}` },
          accountId: await put('sms-twilio', { accountSid: fake.accountSid, authToken: fake.authToken, number, baseUrl: `http://127.0.0.1:${sms.port}`, pollSeconds: 2, timeoutSeconds: Math.max(1, Math.round(15 / faster)) }),
          arrive: async (token) => void await fake.inbound(`+49151123450${10 + i}`, number, `This is ${token}.`)
        }
      })),
      ...await Promise.all(jids.map(async ({ own, friend }): Promise<Lane> => {
        const xmpp = await proxy(prosody!.ports.c2s)
        const them = await person(prosody!, friend)
        friends.set(friend, them)
        return {
          name: own, proxies: { xmpp }, to: { kind: 'xmpp', address: friend },
          accountId: await put('xmpp', { jid: own, password: prosody!.password, service: `xmpp://127.0.0.1:${xmpp.port}`, ca: prosody!.certificate }),
          arrive: async (token) => void await them.say(own, `This is ${token}.`)
        }
      }))
    ]

    let left = faults
    await Promise.all(lanes.map(async (lane) => {
      const own = dice(chance.between(0, 2 ** 31))
      await arrives(lane, 'before any fault')
      // Each lane at least once, however busy the machine is.
      for (let first = true; left-- > 0 && (first || Date.now() - began < withinMs); first = false) {
        await spoilOnce(lane, own)
        if (++result.faults % 25 === 0) say(`${result.faults} faults, ${findings(result).length} findings, slowest recovery ${result.recoveredMs} ms, half-open found within ${result.foundMs} ms`)
      }
    }))
    // What is uncertain may still be found by asking; what waits for its turn may still go: the next try is a minute away at most.
    await until(() => Object.entries(judge.dispatches()).every(([state, n]) => n === 0 || !['queued', 'sending'].includes(state)), 2 * recoverMs)

    const rows = judge.messages()
    const counts = tally(rows.map(({ text }) => text))
    checkArrived(result, counts, [...tokens.mail, ...tokens.text, ...tokens.chat], [...tokens.mail, ...tokens.text, ...tokens.chat, ...tokens.send])
    const peers = tally([...dovecot.sink.messages.map(({ raw }) => bodyOf(raw.toString())), ...fakes.flatMap((fake) => fake.messages.filter(({ direction }) => direction === 'outbound-api').map(({ body }) => body)), ...[...friends.values()].flatMap(({ heard }) => heard.filter(({ name }) => name === 'message').map((stanza) => stanza.getChildText('body') ?? ''))])
    Object.assign(result, checkSent(result, rows, peers, tokens.send), { mails: tokens.mail.length, texts: tokens.text.length, chatted: tokens.chat.length, sends: tokens.send.length })
    result.wrong.push(...client.wrong, ...complaints(fakes.flatMap((fake) => fake.problems)), ...judge.integrity() === 'ok' ? [] : [judge.integrity()])
  } finally {
    judge.close()
    client?.stop()
    server.kill()
    await server.ended
    for (const one of proxies) await one.close()
    for (const fake of fakes) await fake.close()
    for (const them of friends.values()) await them.leave()
    await prosody?.close()
    await dovecot.close()
  }
  if (findings(result).length === 0) rmSync(folder, { recursive: true, force: true })
  else say(`what was found can be looked at in ${folder}`)
  result.ms = Date.now() - began
  return result

  async function spoilOnce(lane: Lane, own: Dice): Promise<void> {
    const [target, line] = own.pick(Object.entries(lane.proxies) as [Target, Proxy][])
    const fault = faultOf(own)
    const outage = outages && fault.kind === 'reset' && own.chance(0.2)
    const what = `${target} ${outage ? 'outage' : fault.kind}`
    result.kinds[what] = (result.kinds[what] ?? 0) + 1
    const before = line.connections
    // A connection for sending exists only while something is sent.
    if (fault.kind === 'half-open' && (target === 'smtp' || target === 'sms')) {
      await send(lane)
      await until(() => line.connections > before, 3_000)
      line.spoil(fault)
    } else {
      line.spoil(fault)
      await send(lane)
    }
    const arriving = [await come(lane)]
    if (fault.kind === 'half-open') {
      // Whoever submits a mail waits ten minutes for the answer, as the standard wants (RFC 5321 section 4.5.3.2.6): there, the router comes back.
      if (target === 'smtp') {
        await pause(own.between(100, 1_000))
        line.dropHalfOpen()
      } else {
        const frozen = Date.now()
        if (await until(() => line.believed() === 0, findMs / faster + (faster > 1 ? machineMs : 0))) result.foundMs = Math.max(result.foundMs, Date.now() - frozen)
        else result.wrong.push(`${lane.name}: a half-open connection (${target}) was not found within ${findMs / faster} ms`)
      }
    } else await pause(outage ? own.between(60_000, 240_000) : own.between(200, 2_500))
    line.heal()
    const healed = Date.now()
    arriving.push(await come(lane))
    if (await until(() => arriving.every((token) => here().has(token)), recoverMs + (faster > 1 ? machineMs : 0))) result.recoveredMs = Math.max(result.recoveredMs, Date.now() - healed)
    else result.wrong.push(`${lane.name}: ${arriving.filter((token) => !here().has(token)).join(' and ')} had not arrived ${recoverMs / 1000} s after the end of ${what}`)
  }

  /** What the database has, read anew at most ten times a second for all lanes. */
  function here(): ReadonlyMap<string, number> {
    if (Date.now() - known.at > 100) {
      for (const { id, text } of judge.messages(known.last)) {
        const token = tokenIn(text)
        if (token !== null) known.tokens.set(token, 1)
        known.last = id
      }
      known.at = Date.now()
    }
    return known.tokens
  }

  async function come(lane: Lane): Promise<string> {
    const token = next(lane.proxies.sms ? 'text' : lane.proxies.xmpp ? 'chat' : 'mail')
    await lane.arrive(token)
    return token
  }

  async function arrives(lane: Lane, when: string): Promise<void> {
    const token = await come(lane)
    if (!await until(() => here().has(token), 2 * recoverMs)) result.wrong.push(`${lane.name}: nothing arrived ${when}`)
  }

  async function send(lane: Lane): Promise<void> {
    await client!.call('message.send', { clientId: randomUUIDv7(), to: lane.to, via: { accountId: lane.accountId }, text: `This is ${next('send')}.` })
  }
}

function faultOf(own: Dice): Fault {
  const kind = own.pick(['reset', 'half-open', 'trickle', 'cut', 'stall', 'garbage'] as const)
  if (kind === 'cut') return { kind, bytes: own.between(0, 3_000), reset: own.chance(0.5) }
  if (kind === 'garbage') return { kind, bytes: own.between(0, 2_000) }
  return { kind }
}

async function until(check: () => boolean, ms: number): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await pause(100)) if (check()) return true
  return check()
}
