import Type, { type Static } from 'typebox'
import { canonicalEmail, ConnectorError, remoteId, type Account, type Address, type Arrival, type Connector, type Context, type Incoming, type Proof, type Session } from '#connector'
import { now as nowLines, past, people, type Line, type Way } from './script.ts'

const settings = Type.Object({
  email: Type.Optional(Type.String({ title: 'Your mail address in the demo', default: 'you@kinbox.example' })),
  phone: Type.Optional(Type.String({ title: 'Your number in the demo', default: '+15005550006', pattern: '^\\+[1-9][0-9]{6,14}$' })),
  chat: Type.Optional(Type.String({ title: 'Your chat name in the demo', default: 'you@chat.example' })),
  seed: Type.Optional(Type.Integer({ title: 'Seed', description: 'The same seed, the same conversations. Default: 1.' })),
  pace: Type.Optional(Type.Number({ title: 'Seconds between messages', description: 'Default: 20.', minimum: 1, maximum: 86400 }))
}, { additionalProperties: false })
export type Settings = Static<typeof settings>

/** What is kept of one message: what a network would have sent. */
type Raw = { id: string, at: number, way: Way, from: Address & { name?: string }, to: (Address & { name?: string })[], out: boolean, text: string, subject?: string, messageId?: string, parent?: string, list?: { id: string, name: string } }

const channels: Record<Way, string> = { email: 'email', phone: 'sms', chat: 'chat' }

function ownAddress(settings: Settings, way: Way): string {
  return settings[way] ?? { email: 'you@kinbox.example', phone: '+15005550006', chat: 'you@chat.example' }[way]
}

/** A number in [0, 1) that depends on its arguments only. */
function chance(seed: number, n: number): number {
  let x = Math.imul(seed ^ Math.imul(n + 1, 0x9e3779b1), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32
}

/** What is younger in the history has not been read yet. */
const unreadHours = 24

/** A line of the script as a network would deliver it. `id` makes it one message; the mails of a subject are one topic. */
function toRaw(line: Line, id: string, at: number, settings: Settings): Raw {
  const { way } = line
  const person = people[line.who]!
  const them = { kind: way, address: person[way] ?? person.name, name: person.name }
  const you = { kind: way, address: ownAddress(settings, way) }
  const first = `${(line.subject ?? '').replace(/^Re: /, '').replaceAll(/[^A-Za-z]+/g, '-').toLowerCase()}@demo.example`
  const others = (line.cc ?? []).map(who => ({ kind: way, address: people[who]![way]!, name: people[who]!.name }))
  return {
    id, at, way, from: line.own ? you : them, to: [line.own ? them : you, ...others], out: line.own ?? false, text: line.text,
    ...(line.subject ? { subject: line.subject } : {}),
    ...(line.subject?.startsWith('Re: ') ? { parent: first } : line.subject && line.hours ? { messageId: first } : {}),
    ...(line.list ? { list: line.list } : {})
  }
}

const arrival = (raw: Raw, seen?: boolean): Arrival => ({ remoteId: remoteId(raw.id), at: raw.at, raw: Buffer.from(JSON.stringify(raw)), ...(seen === undefined ? {} : { seen }) })

/** One form for each address: mail as everywhere, numbers with their country code, chat names like mail addresses. */
function canonical(kind: string, address: string): string | null {
  if (kind === 'email' || kind === 'chat') return canonicalEmail(address)
  if (kind !== 'phone') return null
  const number = address.replace(/[ ()./-]/g, '')
  return /^\+[1-9][0-9]{6,14}$/.test(number) ? number : null
}

/** Pure, and as simple as the network: a kept message says one thing. */
async function parse(bytes: Uint8Array, _context: Context): Promise<Incoming[]> {
  const raw = JSON.parse(Buffer.from(bytes).toString('utf8')) as Raw
  return [{
    type: 'message', channel: channels[raw.way], direction: raw.out ? 'out' : 'in',
    sender: { kind: raw.way, address: canonical(raw.way, raw.from.address), raw: raw.from.address, ...(raw.from.name ? { name: raw.from.name } : {}) },
    recipients: raw.to.map((one, i) => ({ ...one, role: i === 0 ? 'to' as const : 'cc' as const })),
    text: raw.text, attachments: [], sentAt: raw.at, references: raw.parent ? [raw.parent] : [],
    ...(raw.subject ? { subject: raw.subject } : {}),
    ...(raw.way === 'email' ? { messageId: raw.messageId ?? `${raw.id}@demo.example` } : {}),
    ...(raw.list ? { list: raw.list, automatic: 'list' as const } : {})
  }]
}

/** Nobody but the people of the script can write in this network, but a number would prove nothing in a real one either. */
async function prove(bytes: Uint8Array): Promise<Proof> {
  const { way, from } = JSON.parse(Buffer.from(bytes).toString('utf8')) as Raw
  if (canonical(way, from.address) === null) return { level: 'unverified', evidence: ['The sender gave a name instead of an address.'] }
  return way === 'phone' ? { level: 'weak', evidence: ['Numbers of SMS can be forged.'] } : { level: 'verified', evidence: ['The demo network names its senders itself.'] }
}

/** The person behind an address, or undefined. */
const personAt = ({ kind, address }: Address) => Object.values(people).find(person => person[kind as Way] === address)

/**
 * Lives: first the address book and some history, then somebody writes every `pace` seconds, and whoever is written to reads it and answers.
 * Cursors: how many lines of each lane were handed over. Answers under way are forgotten when it closes; it is a demo.
 */
async function open(account: Account<Settings>): Promise<Session> {
  const { settings, clock } = account
  const seed = settings.seed ?? 1
  const pace = (settings.pace ?? 20) * 1000
  const haste = Math.min(1, pace / 20_000)
  const closed = Promise.withResolvers<void>()
  closed.promise.catch(() => {})
  const timers = new Set<NodeJS.Timeout>()
  let over = false
  let work: Promise<void> = Promise.resolve()
  let said = account.cursors.live === null ? 0 : Number(account.cursors.live)

  /** One thing after another; what fails ends the session, and the supervisor opens a fresh one. */
  const next = (job: () => Promise<void>): void => {
    work = work.then(async () => { if (!over) await job() }).catch((error: unknown) => { end(error) })
  }
  const later = (ms: number, job: () => Promise<void>): void => {
    if (over) return
    const timer = setTimeout(() => {
      timers.delete(timer)
      next(job)
    }, ms)
    timers.add(timer)
  }
  const end = (error?: unknown): void => {
    if (over) return
    over = true
    for (const timer of timers) clearTimeout(timer)
    if (error === undefined) closed.resolve()
    else closed.reject(new ConnectorError('demo', 'The demo network stopped: what it said could not be stored.', { retry: 'later' }))
  }
  const speak = async (): Promise<void> => {
    const turn = Math.floor(said / nowLines.length)
    const line = nowLines[(said + Math.floor(chance(seed, turn) * nowLines.length)) % nowLines.length]!
    const raw = toRaw(line, `live-${seed}-${said + 1}`, clock.now(), settings)
    said++
    await account.receive([arrival(raw)], { lane: 'live', cursor: String(said) })
    later(pace * (0.5 + chance(seed, 1000 + said)), speak)
  }

  next(async () => {
    const start = clock.now()
    await account.receive([], { lane: 'live', cursor: String(said), caughtUp: true })
    if (account.cursors.history !== null) return
    const book: Arrival[] = Object.values(people).filter(person => person.friend).map(person => ({
      at: start,
      incoming: { type: 'contact', name: person.name, addresses: (Object.keys(channels) as Way[]).flatMap(kind => person[kind] ? [{ kind, address: person[kind] }] : []) }
    }))
    const lines = past.map((line, i) => arrival(toRaw(line, `past-${seed}-${i + 1}`, start - line.hours! * 3_600_000, settings), line.hours! > unreadHours)).reverse()
    await account.receive([...book, ...lines], { lane: 'history', cursor: 'done', caughtUp: true, progress: { done: past.length, total: past.length } })
  })
  later(pace / 4, speak)
  account.stopping.addEventListener('abort', () => end(), { once: true })
  if (account.stopping.aborted) end()

  return {
    closed: closed.promise,
    async prepare(op) {
      if (op.type === 'send') return { type: 'send', attempt: op.attempt, ...(op.recipients[0]?.kind === 'email' ? { messageId: `${op.attempt}@kinbox.example` } : {}), data: { recipients: op.recipients, text: op.text, subject: op.subject || null } }
      return { type: 'mark', attempt: '', data: null }
    },
    async perform({ type, attempt, messageId, data }) {
      if (type === 'mark') return { status: 'sent' }
      const { recipients, subject, text: written } = data as { recipients: Address[], subject: string | null, text: string }
      const stranger = recipients.find(one => !personAt(one))
      if (stranger) throw new ConnectorError('nobody', `Nobody in the demo network has the address ${stranger.address}. Write to somebody who is already there.`, { retry: 'never' })
      const id = remoteId('out-' + attempt)
      const receipt = (status: 'delivered' | 'read') => () => account.receive([{ at: clock.now(), incoming: { type: 'receipt', attempt, remoteId: id, status } }], { lane: 'live' })
      const to = recipients[0]!
      const person = personAt(to)!
      later(600 * haste, receipt('delivered'))
      if (to.kind !== 'email') later(1500 * haste, receipt('read'))
      if (person.answers.length > 0) {
        later(2000 * haste, async () => { account.signal({ type: 'typing', address: { kind: to.kind, address: to.address }, typing: true }) })
        later((3500 + 3000 * chance(seed, attempt.length + said)) * haste, async () => {
          const text = person.answers[Math.floor(chance(seed, said + written.length) * person.answers.length)]!
          const line = { who: Object.keys(people).find(who => people[who] === person)!, way: to.kind as Way, text, ...(to.kind !== 'email' || subject === null ? {} : { subject: /^Re: /.test(subject) ? subject : 'Re: ' + subject }) }
          const raw = toRaw(line, `answer-${attempt}`, clock.now(), settings)
          account.signal({ type: 'typing', address: { kind: to.kind, address: to.address }, typing: false })
          await account.receive([arrival({ ...raw, ...(messageId ? { parent: messageId } : {}) })], { lane: 'live' })
        })
      }
      return { remoteId: id, status: 'sent' }
    },
    async close() {
      end()
      await work
    }
  }
}

/** A network that lives in this process, to try Kinbox with: people who write by mail, SMS and chat and who answer. Nothing leaves the machine. */
export const connector: Connector<Settings> = {
  channel: 'chat',
  channels,
  title: 'Demo',
  reaches: ['email', 'phone', 'chat'],
  canonical,
  can: { subject: true, html: false, attachments: false, receipts: true, presence: false, typing: true, groups: false, maxChars: null, maxAttachmentBytes: null, cost: 0, delay: 1000 },
  settings,
  own: settings => (Object.keys(channels) as Way[]).map(kind => ({ kind, address: ownAddress(settings, kind) })),
  parse,
  prove,
  open
}
